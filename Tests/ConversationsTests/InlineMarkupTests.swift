import Testing

@testable import Conversations

@Suite struct InlineMarkupTests {
  @Test(arguments: [
    ("plain", "plain"), ("**bold** and *italic*", "bold and italic"), ("***both***", "both"),
    ("_under_ line", "under line"), ("_**BRICK & STEEL**_", "BRICK & STEEL"),
    ("2 * 3 * 4", "2 * 3 * 4"), ("snake_case_name", "snake_case_name"), ("a * b", "a * b"),
    (#"\*not\* \_this\_"#, "*not* _this_"), ("*open", "*open"), ("**", "**"), ("****", "****"),
    ("*ಅಜ್ಜಿ* ಬಾ", "ಅಜ್ಜಿ ಬಾ"), ("ಅ_ಕ_ಷ", "ಅ_ಕ_ಷ"), ("*a* *b*", "a b"), (#"C:\dir"#, #"C:\dir"#),
  ])
  func marksGoAndTextStays(line: String, plain: String) {
    #expect(InlineMarkup.plain(line) == plain)
  }
}
