import Testing

@testable import Tokenization

/// Normalizers; what is expected is what `tokenizers` 0.23.3 gives.
@Suite struct TextNormalizerTests {
  private func normalized(_ text: String, _ normalizer: TextNormalizer) -> [Unicode.Scalar] {
    let bytes = Array(text.utf8).withUnsafeBufferPointer {
      normalizer.normalize(AlignedText($0, 0..<$0.count)).bytes
    }
    return Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
  }

  /// Scalar by scalar: strings that only look alike must not pass.
  private func expect(_ normalizer: TextNormalizer, _ text: String, _ expected: String) {
    #expect(
      normalized(text, normalizer) == Array(expected.unicodeScalars), "\(normalizer) \(text)")
  }

  @Test func normalizationForms() {
    expect(.form(.nfc), "ಕ\u{CC6}\u{CD5} e\u{301}", "ಕ\u{CC7} \u{E9}")
    expect(.form(.nfd), "\u{E9}", "e\u{301}")
    expect(.form(.nfkc), "ﬁ①½", "fi11\u{2044}2")
    expect(.form(.nfkd), "ﬁ\u{E9}", "fie\u{301}")
  }

  @Test func lowercaseGoesByTheCharacterAlone() {
    expect(.lowercase, "ÀΣ\u{130} ΟΔΟΣ", "àσi\u{307} οδοσ")
  }

  @Test func stripTakesWhiteSpaceOffTheEnds() {
    expect(.strip(left: true, right: false), "  a ", "a ")
    expect(.strip(left: false, right: true), "  a \n", "  a")
    expect(.strip(left: true, right: true), " \u{3000} ", "")
  }

  /// As `tokenizers` does it: Kannada's vowel signs are marks too. Whoever asks for it gets it.
  @Test func stripAccentsTakesEveryMark() {
    expect(.stripAccents, "e\u{301}\u{CBE}ಕ\u{CBE}", "eಕ")
  }

  @Test func nmtCleansControlCharactersAndSpaces() {
    expect(
      .nmt, "a\u{200B}b\u{1}c\u{FEFF}d\u{A0}e\tf\u{200D}f", "a bc d\u{A0}e f f")
  }

  @Test func prependAndReplace() throws {
    expect(.prepend("▁"), "a", "▁a")
    expect(.prepend("▁"), "", "")
    expect(.replace(.literal(" "), with: "▁"), "a b  c", "a▁b▁▁c")
    expect(.replace(.literal("ab"), with: "b"), "aabb", "abb")
    let spaces = TextPattern.regex(try PatternExpression(compiling: #"\s+"#))
    expect(.replace(spaces, with: " "), "a \n b\t", "a b ")
  }

  @Test func aSequenceRunsOneAfterAnother() {
    expect(.sequence([.form(.nfd), .stripAccents, .lowercase]), "ÉÀ", "ea")
  }

  @Test func offsetsNameTheInputThatAByteStandsFor() {
    let text = Array("a  ﬁb".utf8).withUnsafeBufferPointer {
      TextNormalizer.sequence([.prepend("▁"), .replace(.literal(" "), with: "_"), .form(.nfkc)])
        .normalize(AlignedText($0, 0..<$0.count))
    }
    #expect(text.bytes == Array("▁a__fib".utf8))
    #expect(text.ends == [0, 0, 0, 1, 2, 3, 6, 6, 7])
  }
}
