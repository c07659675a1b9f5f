import Testing

@testable import Orthography

@Suite struct ICUVersionTests {
  @Test func namesItsUnicodeVersion() {
    #expect(ICUVersion.unicode.contains("."))
  }
}
