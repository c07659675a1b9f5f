import Testing
import Tokenization

@testable import Batching

/// Where tokens lie in the text, found from what they decode to.
@Suite struct RowFactsTests {
  /// A tokenizer whose vocabulary is a few texts.
  private struct ListTokenizer: Tokenizer {
    var tokens: [String]
    var prefix = ""
    var vocabularyCount: Int { tokens.count }
    var digest: String { "list" }
    func encode(
      _ bytes: UnsafeBufferPointer<UInt8>, specials: SpecialTokenPolicy
    ) -> Encoding {
      let text = prefix + String(decoding: bytes, as: UTF8.self)
      return Encoding(
        ids: tokens.firstIndex(of: text).map { [TokenID($0)] } ?? [], ends: [Int32(bytes.count)])
    }
    func bytes(of token: TokenID) -> [UInt8]? {
      tokens.indices.contains(Int(token)) ? Array(tokens[Int(token)].utf8) : nil
    }
    func specialToken(_ text: String) -> TokenID? { nil }
    func isSpecial(_ token: TokenID) -> Bool { tokens[Int(token)].hasPrefix("<") }
    var addedTokenIDs: [TokenID] {
      tokens.indices.filter { tokens[$0].hasPrefix("<") || tokens[$0].hasPrefix("[") }
        .map { TokenID($0) }
    }
  }

  /// The reach of each token, or `nil` if the tokens are not the text.
  private func place(
    _ tokens: [String], in spans: [(text: String, tokens: Range<Int>)], prefix: String = ""
  ) -> (reach: [ClosedRange<Int>], normalized: Bool)? {
    let table = TokenTable(ListTokenizer(tokens: tokens + [prefix + "a"], prefix: prefix))
    let text = Array(spans.map(\.text).joined().utf8)
    var end = 0
    let samples = spans.map { span -> SampleSpan in
      defer { end += span.text.utf8.count }
      return SampleSpan(
        kind: .content, role: .user, message: 0, bytes: end..<end + span.text.utf8.count,
        tokens: span.tokens, supervised: false, weight: 1)
    }
    let ids = tokens.indices.map { TokenID($0) }
    return ids.withUnsafeBufferPointer { ids in
      text.withUnsafeBytes { text in
        var row = RowFacts(ids: ids, labels: ids, text: text, spans: samples)
        guard row.place(with: table) else { return nil }
        return (row.reach.map { Int($0.first)...Int($0.last) }, row.isNormalized)
      }
    }
  }

  @Test func tokensInSpansAndAcrossTheirBorders() {
    let found = place(["ab", "cd", "e"], in: [("abc", 0..<1), ("de", 1..<3)])
    #expect(found?.reach == [0...0, 0...1, 1...1])
    #expect(found?.normalized == false)
  }

  @Test func aTokenThatHoldsASpanOfOneByte() {
    #expect(
      place(["abc"], in: [("a", 0..<1), ("b", 1..<1), ("c", 1..<1)])?.reach == [0...2])
  }

  @Test func partsOfCharactersArePlacedByBytes() {
    let parts = Array("ಕ".utf8)
    #expect(parts.count == 3)
    #expect(place(["ಕ", "x"], in: [("ಕ", 0..<1), ("x", 1..<2)])?.reach == [0...0, 1...1])
  }

  @Test func otherTextIsRefused() {
    #expect(place(["ab"], in: [("ac", 0..<1)]) == nil)
    #expect(place(["ab"], in: [("abc", 0..<1)]) == nil)
    #expect(place(["ab", "c"], in: [("ab", 0..<2)]) == nil)
  }

  @Test func aDummyPrefixStandsForNoByte() {
    let spans = [(text: "<s>", tokens: 0..<1), ("ab", 1..<3), ("</s>", 3..<4)]
    #expect(place(["<s>", " a", "b", "</s>"], in: spans, prefix: " ")?.reach.count == 4)
    #expect(place(["<s>", " a", "b", "</s>"], in: spans) == nil, "no prefix, no tolerance")
    // An added token that is no control token cuts the text, too.
    let thought = [(text: "<s>", tokens: 0..<1), (" [t]ab [/t] b", 1..<8)]
    let tokens = ["<s>", " ", "[t]", " a", "b ", "[/t]", " ", " b"]
    #expect(place(tokens, in: thought, prefix: " ")?.reach.count == 8)
    #expect(place(["<s>", "ab", " c"], in: [("<s>", 0..<1), ("abc", 1..<3)], prefix: " ") == nil)
    // A text that begins with a space of its own keeps it.
    let own = [(text: "<s>", tokens: 0..<1), (" ab", 1..<3)]
    #expect(place(["<s>", " a", "b"], in: own, prefix: " ")?.reach.count == 3)
    // A text of spaces alone, with a prefix and as a continuation without one.
    let blank = [(text: "<s>", tokens: 0..<1), ("  ", 1..<2), ("</s>", 2..<3)]
    #expect(place(["<s>", "   ", "</s>"], in: blank, prefix: " ")?.reach.count == 3)
    #expect(place(["<s>", "  ", "</s>"], in: blank, prefix: " ")?.reach.count == 3)
    let answer = [(text: "<s>", tokens: 0..<1), ("a", 1..<2), ("  ", 2..<3), ("</s>", 3..<4)]
    #expect(place(["<s>", " a", "  ", "</s>"], in: answer, prefix: " ")?.reach.count == 4)
    #expect(place(["<s>", " a", "    ", "</s>"], in: answer, prefix: " ") == nil)
    // In the middle of a text no space is forgiven.
    #expect(place(["<s>", " a", " b"], in: [("<s>", 0..<1), ("ab", 1..<3)], prefix: " ") == nil)
  }

  @Test func anotherSpellingOfTheSameTextIsToldApart() {
    // U+0CC6 U+0CD5 is U+0CC7 in NFC, as Qwen's normalizer writes it.
    let found = place(["\u{0C95}\u{0CC7}"], in: [("\u{0C95}\u{0CC6}\u{0CD5}", 0..<1)])
    #expect(found?.normalized == true)
    #expect(found?.reach == [0...0])
    #expect(place(["ಕೆ"], in: [("ಕೇ", 0..<1)]) == nil, "another vowel")
  }
}
