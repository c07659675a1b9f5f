import Testing

@testable import Tokenization

/// The flags of added tokens. What is expected is what `tokenizers` 0.23.3 gives; `{0}` stands for
/// the added token, everything else for the bytes that are tokens by themselves.
@Suite struct AddedTokenFlagsTests {
  /// Every byte is a token; added tokens follow.
  private func tokenizer(
    _ tokens: [AddedToken], normalizer: TextNormalizer? = nil
  ) throws -> BPETokenizer {
    var vocabulary = Vocabulary()
    for byte in UInt8.min...UInt8.max { try vocabulary.add([byte], id: TokenID(byte)) }
    return try BPETokenizer(
      BPEDefinition(
        normalizer: normalizer,
        pretokenization: Pretokenization([.cut(Pretokenizer(.gpt2))], isByteLevel: true),
        vocabulary: vocabulary, merges: [], prefersWholePretokens: false, addedTokens: tokens))
  }

  private func shown(_ text: String, _ tokenizer: BPETokenizer) -> String {
    let bytes = tokenizer.encode(text, specials: .allow).ids.flatMap { id in
      UInt8(exactly: id).map { [$0] } ?? Array("{\(id - 256)}".utf8)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func check(_ token: AddedToken, _ cases: [(String, String)]) throws {
    let tokenizer = try tokenizer([token])
    for (text, expected) in cases { #expect(shown(text, tokenizer) == expected, "\(text)") }
  }

  @Test func withoutFlagsOnlyTheTextItselfIsTaken() throws {
    try check(
      AddedToken(id: 256, text: "<m>"),
      [
        ("a <m> b", "a {0} b"), ("a \n<m>\t <m> b", "a \n{0}\t {0} b"), ("_<m>", "_{0}"),
        ("ಕ<m>", "ಕ{0}"), ("\u{200D}<m>", "\u{200D}{0}"),
      ])
  }

  @Test func lstripTakesTheWhiteSpaceBefore() throws {
    try check(
      AddedToken(id: 256, text: "<m>", takesSpaceBefore: true),
      [
        ("a <m> b", "a{0} b"), ("a \n<m>\t <m> b", "a{0}{0} b"), (" <m>  <m> ", "{0}{0} "),
        ("\u{200D}<m>", "\u{200D}{0}"), ("\u{3000}<m>\u{A0}", "{0}\u{A0}"),
      ])
  }

  @Test func rstripTakesTheWhiteSpaceBehind() throws {
    try check(
      AddedToken(id: 256, text: "<m>", takesSpaceAfter: true),
      [
        ("a <m> b", "a {0}b"), ("a \n<m>\t <m> b", "a \n{0}{0}b"), (" <m>  <m> ", " {0}{0}"),
        ("್<m> x", "್{0}x"), ("\u{3000}<m>\u{A0}", "\u{3000}{0}"),
      ])
  }

  /// White space that is a token itself, and takes what is around it: the first takes all.
  @Test func whatTheTokenBeforeHasTakenIsNoTokenAgain() throws {
    try check(
      AddedToken(id: 256, text: "\n", takesSpaceBefore: true, takesSpaceAfter: true),
      [
        ("\n\n a", "{0}a"), ("a\n \n\nb", "a{0}b"), ("\n \n", "{0}"), ("a\nb\nc", "a{0}b{0}c"),
        ("a \n b", "a{0}b"),
      ])
    try check(
      AddedToken(id: 256, text: "\n", takesSpaceAfter: true),
      [("\n\n a", "{0}{0}a"), ("a\n \n\nb", "a{0}{0}{0}b")])
    let both = try tokenizer([
      AddedToken(id: 256, text: "<m>", takesSpaceAfter: true),
      AddedToken(id: 257, text: "\n", takesSpaceBefore: true, takesSpaceAfter: true),
    ])
    for (text, expected) in [
      ("<m>\n\na", "{0}a"), ("<m>  \n  \n b", "{0}b"), ("\n\n<m>\n a", "{1}{0}a"),
    ] { #expect(shown(text, both) == expected, "\(text)") }
  }

  @Test func bothTakeAllOfIt() throws {
    try check(
      AddedToken(id: 256, text: "<m>", takesSpaceBefore: true, takesSpaceAfter: true),
      [
        ("a <m> b", "a{0}b"), ("a \n<m>\t <m> b", "a{0}{0}b"), (" <m>  <m> ", "{0}{0}"),
        ("a <m>.", "a{0}."), ("\u{3000}<m>\u{A0}", "{0}"),
      ])
  }

  /// Marks and joiners are parts of words, as in Unicode's `\w`.
  @Test func singleWordWantsNoWordAtItsEnds() throws {
    try check(
      AddedToken(id: 256, text: "<m>", isSingleWord: true),
      [
        ("a <m> b", "a {0} b"), ("a <m>.", "a {0}."), ("a<m>b", "a<m>b"), ("_<m>", "_<m>"),
        ("ಕ<m>", "ಕ<m>"), ("್<m> x", "್<m> x"), ("\u{200D}<m>", "\u{200D}<m>"), ("<m>", "{0}"),
      ])
  }

  @Test func normalizedTokensAreLookedForInNormalizedText() throws {
    let words = try tokenizer(
      [
        AddedToken(
          id: 256, text: "the", isSpecial: false, isNormalized: true, isSingleWord: true)
      ], normalizer: .lowercase)
    #expect(shown("The cat", words) == "{0} cat")
    #expect(shown("bathe THE", words) == "bathe {0}")
    #expect(shown("the_", words) == "the_")
    #expect(shown("the-the", words) == "{0}-{0}")
    // One is normalized as the text is, the other is found in the text as it was written.
    let both = try tokenizer(
      [
        AddedToken(id: 256, text: "The", isSpecial: false, isNormalized: true),
        AddedToken(id: 257, text: "Cat", isSpecial: false),
      ], normalizer: .lowercase)
    #expect(shown("The cat", both) == "{0} cat")
    #expect(shown("tHE Cat CAT", both) == "{0} {1} cat")
  }
}
