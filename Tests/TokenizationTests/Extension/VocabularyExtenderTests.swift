import Artifacts
import Fixtures
import Foundation
import Orthography
import Testing

@testable import Tokenization

@Suite struct VocabularyExtenderTests {
  @Test func keepsEveryOldToken() throws {
    let base = try ExtensionSample.base()
    let extended = try ExtensionSample.extended(base).tokenizer
    for id in 0..<TokenID(base.vocabularyCount) {
      #expect(extended.bytes(of: id) == base.bytes(of: id))
      #expect(extended.isSpecial(id) == base.isSpecial(id))
    }
    #expect(extended.addedTokens == base.addedTokens)
    #expect(extended.vocabularyCount == base.vocabularyCount + 400)
  }

  @Test func newTokensAreWholeCharactersAndHoldOneOfTheScripts() throws {
    let base = try ExtensionSample.base()
    let extended = try ExtensionSample.extended(base)
    #expect(extended.newIDs.count == 400)
    for id in extended.newIDs {
      let bytes = try #require(extended.tokenizer.bytes(of: id))
      let text = try #require(String(validating: bytes, as: UTF8.self), "\(bytes)")
      #expect(text.unicodeScalars.contains { (0xC00...0xCFF).contains($0.value) }, "\(text)")
    }
  }

  @Test func everyCharacterOfBothScriptsIsOneToken() throws {
    let extended = try ExtensionSample.extended(try ExtensionSample.base(), add: 400).tokenizer
    for character in IndicScript.allCases.flatMap(\.characters) {
      #expect(extended.encode(String(Character(character))).ids.count == 1, "\(character)")
      let spaced = extended.encode(" " + String(Character(character)))
      #expect(spaced.ends == [4] || spaced.ends == [1, 4], "\(character): \(spaced)")
    }
  }

  @Test(arguments: [SplitPattern.llama3, .qwen2, .gpt2, .cl100k], [true, false])
  func otherTextIsEncodedAsBefore(_ pattern: SplitPattern, prefersWhole: Bool) throws {
    let base = try ExtensionSample.base(prefersWholePretokens: prefersWhole, pattern: pattern)
    let extended = try ExtensionSample.extended(base).tokenizer
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<13_000 {
      let bytes = ExtensionSample.foreignBytes(&generator)
      // 104,000 expectations would take longer than what they check.
      if extended.encode(bytes) != base.encode(bytes) { Issue.record("\(bytes)") }
    }
  }

  @Test func roundTripsAnyBytes() throws {
    let extended = try ExtensionSample.extended(try ExtensionSample.base()).tokenizer
    var generator = SeededGenerator(seed: 12)
    for _ in 0..<3_000 {
      let bytes = SeededText.damagedBytes(&generator)
      let encoding = extended.encode(bytes)
      #expect(extended.decode(encoding.ids) == bytes)
      #expect(encoding.ids.allSatisfy { !extended.isSpecial($0) }, "\(bytes)")
    }
  }

  @Test func theFileThatItWritesEncodesTheSame() throws {
    let folder = TemporaryFolder()
    let path = Path.join(folder.path, "extended")
    let base = try ExtensionSample.base()
    let extended = try ExtensionSample.extended(base)
    try extended.write(to: path)
    let read = try BPETokenizer(contentsOf: Path.join(path, "tokenizer.json"))
    #expect(read.pretokenizer?.pattern == .llama3Indic)
    #expect(read.digest == extended.tokenizer.digest)
    var generator = SeededGenerator(seed: 13)
    for policy in [SpecialTokenPolicy.asText, .allow] {
      for _ in 0..<1_000 {
        let text = SeededText.string(&generator)
        #expect(
          read.encode(text, specials: policy) == extended.tokenizer.encode(text, specials: policy),
          "\(text.debugDescription)")
      }
    }
  }

  @Test func theOrderOfDocumentsDoesNotMatter() throws {
    let base = try ExtensionSample.base()
    let one = try ExtensionSample.extender(base).extend()
    let other = try ExtensionSample.extender(base, order: [4, 4, 2, 0, 3, 1, 1, 0, 2, 3]).extend()
    #expect(one.tokenizer.digest == other.tokenizer.digest)
  }

  @Test func tokensDoNotEndInsideAnAksharaThatIsPutTogether() throws {
    let base = try ExtensionSample.base()
    let tokenizer = try ExtensionSample.extender(base, add: 700).extend().tokenizer
    let text = "ಕನ್ನಡದಲ್ಲಿ"
    let borders = Set(AksharaSegmenter().ranges(in: Array(text.utf8)).map(\.upperBound))
    #expect(tokenizer.encode(text).ends.allSatisfy { borders.contains(Int($0)) })
  }

  @Test func aWholeWordOfTheCorpusBecomesOneTokenBehindTheName() throws {
    let tokenizer = try ExtensionSample.extender(try ExtensionSample.base(), add: 900)
      .extend().tokenizer
    let encoding = tokenizer.encode("Googleನಲ್ಲಿ")
    #expect(encoding.ids.count == 7)  // G o o g l e, and the ending
  }

  @Test func aBalanceOfFertilityGivesTheRarerLanguageMore() throws {
    func added(_ balance: ExtensionOptions.Balance) throws -> Int {
      let order = [0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 3]
      let extended = try ExtensionSample.extender(
        try ExtensionSample.base(), add: 360, balance: balance, order: order
      ).extend()
      return extended.newIDs.filter {
        IndicScript(firstIn: extended.tokenizer.bytes(of: $0) ?? []) == .telugu
      }.count
    }
    #expect(try added(.words) > added(.corpus))
    #expect(try added(.fertility) >= added(.corpus))
  }

  @Test func knowsWhatNewTokensAreMadeOf() throws {
    let base = try ExtensionSample.base()
    let extended = try ExtensionSample.extended(base)
    for (id, old) in zip(extended.newIDs, extended.oldTokens) {
      #expect(old.allSatisfy { $0 < extended.newIDs.lowerBound })
      #expect(base.decode(old) == extended.tokenizer.bytes(of: id))
    }
    #expect(
      try extended.tokenizer.spellings(ofTokensFrom: extended.newIDs.lowerBound)
        == extended.oldTokens)
  }

  /// GPT-NeoX's vocabulary lacks the bytes that UTF-8 never uses, and has NFC before it.
  @Test func extendsAVocabularyThatLacksBytes() throws {
    let folder = TemporaryFolder()
    let complete = try ExtensionSample.base(prefersWholePretokens: false, pattern: .gpt2)
    let base = try BPETokenizer(
      contentsOf: try lacking([0xC0, 0xC1] + Array(0xF5...0xFF), complete, in: folder))
    let extended = try ExtensionSample.extended(base)
    #expect(extended.newIDs == TokenID(base.vocabularyCount)..<TokenID(base.vocabularyCount) + 400)
    // What is learnt does not depend on bytes that no text has.
    let twin = try ExtensionSample.extended(complete)
    #expect(
      extended.newIDs.map(extended.tokenizer.bytes) == twin.newIDs.map(twin.tokenizer.bytes))
    #expect(extended.oldTokens == twin.oldTokens)
    let path = Path.join(folder.path, "extended")
    try extended.write(to: path)
    let read = try BPETokenizer(contentsOf: path)
    for text in ExtensionSample.sentences {
      #expect(read.encode(text) == twin.tokenizer.encode(text))
      #expect(read.decode(read.encode(text).ids) == Array(text.utf8))
    }
    var generator = SeededGenerator(seed: 14)
    for _ in 0..<500 {
      let bytes = ExtensionSample.foreignBytes(&generator)
      guard String(validating: bytes, as: UTF8.self) != nil else { continue }
      #expect(read.encode(bytes) == base.encode(bytes), "\(bytes)")
    }
  }

  /// The `tokenizer.json` of a tokenizer without the tokens of some bytes, with NFC.
  private func lacking(
    _ bytes: [UInt8], _ tokenizer: BPETokenizer, in folder: TemporaryFolder
  ) throws -> String {
    let path = folder.file("lacking.json")
    var text = String(decoding: try tokenizer.content.bytes, as: UTF8.self)
    for byte in bytes {
      text = text.replacing("\"\(ByteAlphabet.text(spelling: [byte]))\":\(byte),", with: "")
    }
    text = text.replacing("\"normalizer\":null", with: #""normalizer":{"type":"NFC"}"#)
    try AtomicFile.write(Array(text.utf8), to: path)
    return path
  }

  /// `ೀ` as two code points is the one that the base's normalizer makes of it.
  @Test func learnsFromNormalizedWords() throws {
    let folder = TemporaryFolder()
    let complete = try ExtensionSample.base(prefersWholePretokens: false, pattern: .gpt2)
    let base = try BPETokenizer(contentsOf: try lacking([], complete, in: folder))
    func tokenizer(_ text: String) throws -> BPETokenizer {
      var extender = try VocabularyExtender(base, ExtensionOptions(tokenCount: 400))
      Array(text.utf8).withUnsafeBufferPointer { extender.consume($0) }
      return try extender.extend().tokenizer
    }
    let composed = "ಕ\u{CC0}ಟ ಕ\u{CC0}ಟ ಕ\u{CC0}ಟ"
    let decomposed = "ಕ\u{CBF}\u{CD5}ಟ ಕ\u{CBF}\u{CD5}ಟ ಕ\u{CBF}\u{CD5}ಟ"
    #expect(try tokenizer(decomposed).digest == tokenizer(composed).digest)
    #expect(try tokenizer(composed).encode(" ಕ\u{CC0}ಟ").ids.count == 1)
  }

  // MARK: Refusals

  @Test func refusesABaseThatLacksAByteOfTheScripts() throws {
    let folder = TemporaryFolder()
    let complete = try ExtensionSample.base(prefersWholePretokens: false, pattern: .gpt2)
    let base = try BPETokenizer(contentsOf: try lacking([0x95], complete, in: folder))
    #expect {
      try ExtensionSample.extended(base)
    } throws: {
      "\($0)".contains("the base has no token for the byte 0x95, which Kannada and Telugu text has")
    }
  }

  @Test func refusesABaseWhoseTokensAreNoBytes() throws {
    var options = BPETrainerOptions(vocabularySize: 270, specialTokens: ["<unk>"])
    options.model = .sentencePiece
    var trainer = try BPETrainer(options)
    Array("ab ab\n".utf8).withUnsafeBufferPointer { trainer.consume($0) }
    let base = try trainer.train()
    #expect {
      try VocabularyExtender(base, ExtensionOptions(tokenCount: 1))
    } throws: {
      "\($0)".hasPrefix(
        "the base is not byte-level: its tokens are not spelled byte by byte; extend")
    }
  }

  @Test func refusesACorpusThatGivesNothingNew() throws {
    let base = try ExtensionSample.extended(try ExtensionSample.base(), add: 1200).tokenizer
    #expect(
      throws: AksharaError(
        .malformed, "the corpus gives no new token",
        remedy: "give more text, or words that the base takes apart")
    ) { try ExtensionSample.extended(base) }
  }

  @Test func refusesNumbersOfTokens() throws {
    let base = try ExtensionSample.base()
    #expect(
      throws: AksharaError(
        .invalidOption, "cannot add `0` tokens", remedy: "add at least 1 and at most 1048576")
    ) { try VocabularyExtender(base, ExtensionOptions(tokenCount: 0)) }
  }

  /// A rank file holds no special tokens: without them the new IDs would be theirs.
  @Test func refusesARankFileWhoseSpecialTokensAreNotNamed() throws {
    let folder = TemporaryFolder()
    let path = folder.file("ranks.tiktoken")
    let vocabulary = try ExtensionSample.base().definition.vocabulary
    let lines = vocabulary.sortedIDs.map { id in
      "\(Data(vocabulary.bytes(of: id) ?? []).base64EncodedString()) \(id)\n"
    }
    try AtomicFile.write(Array(lines.joined().utf8), to: path)
    let count = TokenID(vocabulary.count)
    func first(_ specials: [AddedToken], _ options: ExtensionOptions) throws -> TokenID {
      let base = try BPETokenizer(contentsOf: path, pattern: .llama3, specialTokens: specials)
      var extender = try VocabularyExtender(base, options, at: SourceLocation(file: "ranks"))
      Array(ExtensionSample.sentences[0].utf8).withUnsafeBufferPointer { extender.consume($0) }
      return try extender.extend().newIDs.lowerBound
    }
    var options = ExtensionOptions(tokenCount: 9)
    #expect(
      throws: AksharaError(
        .invalidOption,
        "the file does not say which special tokens follow its \(count) tokens, and new tokens "
          + "would get their IDs", at: SourceLocation(file: "ranks"),
        remedy: "name them with --special-tokens: cl100k, gpt2, llama3, llama4, none, o200k, qwen, "
          + "`text=id` or a JSON file")
    ) { try first([], options) }
    #expect(try first([AddedToken(id: count, text: "<|end|>")], options) == count + 1)
    options.takesBaseWithoutSpecialTokens = true
    #expect(try first([], options) == count)
  }

  @Test func ranksOfAKnownModelBringItsSpecialTokens() throws {
    guard let path = RepositoryPaths.shared("data/tok_llama3/llama3_tokenizer.model") else {
      return
    }
    #expect(try BPETokenizer(contentsOf: path, pattern: .llama3).fittingSpecialTokens == "llama3")
    let specials = try AddedToken.specialTokens(named: "llama3")
    let whole = try BPETokenizer(contentsOf: path, pattern: .llama3, specialTokens: specials)
    #expect(whole.fittingSpecialTokens == nil && whole.vocabularyCount == 128_256)
    #expect(try ExtensionSample.base().fittingSpecialTokens == nil)
  }

  @Test func refusesACorpusWithoutTheScripts() throws {
    var extender = try VocabularyExtender(
      try ExtensionSample.base(), ExtensionOptions(tokenCount: 10))
    Array("Only English, and हिन्दी.".utf8).withUnsafeBufferPointer { extender.consume($0) }
    #expect(
      throws: AksharaError(
        .malformed, "the corpus has no Kannada or Telugu word",
        remedy: "give text in these scripts, in UTF-8")
    ) { try extender.extend() }
  }

  @Test func refusesABaseThatCannotSpellTheCharacters() throws {
    let base = try ExtensionSample.base(leads: [])
    #expect {
      try ExtensionSample.extended(base)
    } throws: {
      ($0 as? AksharaError)?.code == .unsupported
        && "\($0)".contains("takes more than two tokens for `ಀ` (U+0C80)")
    }
  }

  @Test func refusesASpecialTokenThatPlainTextWouldBecome() throws {
    let base = try ExtensionSample.base(specials: ["EOS"])
    #expect {
      try ExtensionSample.extended(base)
    } throws: {
      "\($0)".contains("the special token `EOS` would stand in the vocabulary")
    }
    // Without whole pretokens it is no danger, and text stays text.
    let safe = try ExtensionSample.extended(
      try ExtensionSample.base(specials: ["EOS"], prefersWholePretokens: false)
    ).tokenizer
    #expect(safe.encode("EOS").ids == [69, 79, 83])
  }
}
