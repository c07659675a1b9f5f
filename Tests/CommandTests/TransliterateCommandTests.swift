import Fixtures
import Testing

/// What `akshara transliterate` prints.
@Suite struct TransliterateCommandTests {
  private let akshara = AksharaProcess()

  @Test func linesAreTransliterated() throws {
    guard let akshara else { return }
    let native = try akshara.run(
      ["transliterate", "--to", "kn"], input: "bengaluru, 5!\n\nkannada")
    #expect(native.output == "ಬೆಂಗಳೂರು, 5!\n\nಕನ್ನಡ\n", "\(native.errors)")
    let exact = try akshara.run(["transliterate", "--to", "iso15919"], input: "ಕನ್ನಡ తెలుగు\n")
    #expect(exact.output == "kannaḍa telugu\n")
    let back = try akshara.run(
      ["transliterate", "--to", "te", "--from", "iso15919"], input: "telugu\n")
    #expect(back.output == "తెలుగు\n")
  }

  @Test func wrongCallsExitWithTwo() throws {
    guard let akshara else { return }
    #expect(try akshara.run(["transliterate", "--to", "hi"], input: "").status == 2)
    let top = try akshara.run(["transliterate", "--to", "kn", "--top", "0"], input: "")
    #expect(top.status == 2)
    #expect(top.errors.contains("--top is 0; give a positive number"))
  }
}
