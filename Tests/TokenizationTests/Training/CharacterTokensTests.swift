import Artifacts
import Fixtures
import Testing

@testable import Tokenization

@Suite struct CharacterTokensTests {
  private func train(
    _ documents: [String], size: Int, coverage: Double = 1,
    specials: [String] = BPETrainerOptions.sentencePieceTokens
  ) throws -> BPETokenizer {
    var options = BPETrainerOptions(vocabularySize: size, specialTokens: specials)
    options.model = .sentencePiece
    options.characterCoverage = coverage
    var trainer = try BPETrainer(options)
    for document in documents {
      Array(document.utf8).withUnsafeBufferPointer { trainer.consume($0) }
    }
    return try trainer.train()
  }

  private func merges(_ tokenizer: BPETokenizer) -> [String] {
    tokenizer.definition.merges.map { merge in
      [merge.left, merge.right]
        .map { tokenizer.definition.spelling(of: $0) ?? "" }.joined(separator: "+")
    }
  }

  @Test func makesTheTokensOfTokenizers() throws {
    // The same training by `tokenizers` 0.23.3 gives these tokens; see also the parity tests.
    let tokenizer = try train(["ಕನ್ನಡ ನಾಡು  ಕನ್ನಡ", "the cat the hat"], size: 3 + 256 + 28)
    #expect(
      merges(tokenizer) == [
        "a+t", "h+e", "t+he", "ಕ+ನ", "ನ+ಡ", "್+ನಡ", "▁+the", "▁+ಕನ", "▁ಕನ+್ನಡ", "c+at", "h+at", "ಡ+ು",
        "ನ+ಾ", "▁+cat", "▁+hat", "▁+ನಾ",
      ])
    #expect(
      (259..<272).map { tokenizer.definition.spelling(of: $0) }
        == ["a", "c", "e", "h", "t", "ಕ", "ಡ", "ನ", "ಾ", "ು", "್", "▁", "at"])
    #expect(tokenizer.definition.spelling(of: 3) == "<0x00>")
    #expect(tokenizer.definition.spelling(of: 258) == "<0xFF>")
  }

  @Test func rareCharactersBecomeBytesAndNothingIsMergedAcrossThem() throws {
    let text = String(repeating: "ab aé ", count: 3) + String(repeating: "ab ", count: 500)
    let tokenizer = try train([text], size: 3 + 256 + 6, coverage: 0.99)
    #expect(merges(tokenizer) == ["▁+a", "▁a+b"])
    let encoding = tokenizer.encode("aéb ")
    #expect(
      encoding.ids.map { tokenizer.definition.spelling(of: $0) }
        == ["▁a", "<0xC3>", "<0xA9>", "b", "▁"])
    #expect(encoding.ends == [1, 2, 3, 4, 5])
  }

  @Test func loosesNothing() throws {
    let tokenizer = try train(["ಕನ್ನಡ ನಾಡು the cat the hat"], size: 3 + 256 + 40)
    var generator = SeededGenerator(seed: 4)
    for text in ["", " ", "  a  ", "\n\ta\r\n", "▁"]
      + (0..<200).map({ _ in SeededText.string(&generator) })
    {
      let decoded = tokenizer.decode(tokenizer.encode(text).ids)
      #expect(
        String(decoding: decoded, as: UTF8.self)
          == text.replacingMarks, "\(text.debugDescription)")
    }
  }

  @Test func readsWhatItWrites() throws {
    let folder = TemporaryFolder()
    let tokenizer = try train(["ಕನ್ನಡ ನಾಡು the cat the hat"], size: 3 + 256 + 40)
    try tokenizer.write(tokenizerJSON: folder.file("tokenizer.json"))
    let read = try BPETokenizer(contentsOf: folder.file("tokenizer.json"))
    #expect(read.encode("ಕನ್ನಡ the ☃ hat").ids == tokenizer.encode("ಕನ್ನಡ the ☃ hat").ids)
    let buffer = TokenBuffer(keepsEnds: true)
    Array("the".utf8).withUnsafeBufferPointer {
      read.encodeFramed($0, specials: .asText, into: buffer)
    }
    #expect(buffer.encoding.ids.first == 1)
  }

  @Test func textNeverBecomesASpecialTokenOrAByte() throws {
    let text = String(repeating: "<unk> <0x41> ", count: 50)
    let tokenizer = try train([text], size: 3 + 256 + 60)
    for forbidden in ["<unk>", "<0x41>"] {
      let id = try #require(
        tokenizer.specialToken(forbidden)
          ?? tokenizer.definition.vocabulary.id(of: Array(forbidden.utf8)))
      #expect(!tokenizer.encode(text).ids.contains(id), "\(forbidden)")
    }
    #expect(String(decoding: tokenizer.decode(tokenizer.encode(text).ids), as: UTF8.self) == text)
  }

  @Test func refusesVocabulariesThatCannotBe() {
    func error(_ body: () throws -> BPETokenizer) -> String {
      do {
        _ = try body()
        return "taken"
      } catch { return "\(error)" }
    }
    #expect(
      error { try train(["abc"], size: 262) }
        == "`vocab_size` is 262, and there are 4 characters; give at least 263, for the 256 bytes, the "
        + "characters and the special tokens, or lower `character_coverage`")
    #expect(
      error { try train([], size: 300, specials: ["<0x41>"]) }
        == "the special token `<0x41>` is a single character or byte or nothing; give it a name that "
        + "text does not have, such as `<|end|>`")
    #expect(
      error { try train([], size: 300, coverage: 1.5) }
        == "`character_coverage` cannot be 1.5; give a share from 0 to 1")
  }

  /// Counts all pairs anew for each merge.
  private func naiveMerges(_ documents: [String], count: Int, alphabet: Set<Unicode.Scalar>)
    -> [String]
  {
    var words: [[String]: Int] = [:]
    for line in documents.joined(separator: "\n").split(separator: "\n") {
      for word in line.split(separator: " ") {
        let scalars = "▁".unicodeScalars + Array(word.unicodeScalars)
        for part in scalars.split(whereSeparator: { !alphabet.contains($0) }) {
          words[part.map { String($0) }, default: 0] += 1
        }
      }
    }
    var tokens = alphabet.sorted { $0.value < $1.value }.map { String($0) }
    var merges: [String] = []
    while merges.count < count {
      var counts: [[String]: Int] = [:]
      for (word, count) in words {
        for pair in zip(word, word.dropFirst()) { counts[[pair.0, pair.1], default: 0] += count }
      }
      let ids = Dictionary(
        tokens.enumerated().map { ($1.unicodeScalars.map(\.value), $0) }, uniquingKeysWith: min)
      func key(_ pair: [String]) -> [Int] {
        pair.compactMap { ids[$0.unicodeScalars.map(\.value)] }
      }
      guard
        let best = counts.min(by: {
          $0.value != $1.value
            ? $0.value > $1.value : key($0.key).lexicographicallyPrecedes(key($1.key))
        })
      else { break }
      merges.append(best.key.joined(separator: "+"))
      tokens.append(best.key.joined())
      words = Dictionary(
        words.map { word, count -> ([String], Int) in
          var joined: [String] = []
          var rest = word[...]
          while let first = rest.first {
            let isPair = first == best.key[0] && rest.dropFirst().first == best.key[1]
            joined.append(isPair ? best.key.joined() : first)
            rest = rest.dropFirst(isPair ? 2 : 1)
          }
          return (joined, count)
        }, uniquingKeysWith: +)
    }
    return merges
  }

  @Test(arguments: 1...6) func agreesWithCountingAnew(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let letters = [["a", "b", "c", " "], ["ಕ", "ನ", "ತ", " ", "\n"], ["x", "y", "é", "☃", " "]][
      seed % 3]
    let documents = (0..<20).map { _ in
      (0..<Int.random(in: 1...40, using: &generator))
        .map { _ in letters.randomElement(using: &generator) ?? "a" }.joined()
    }
    let tokenizer = try train(documents, size: 330)
    var alphabet: Set<Unicode.Scalar> = ["\u{2581}"]
    for document in documents {
      alphabet.formUnion(document.unicodeScalars.filter { $0 != " " && $0 != "\n" })
    }
    #expect(
      merges(tokenizer)
        == naiveMerges(documents, count: 330 - 259 - alphabet.count, alphabet: alphabet))
    let rare = try train(documents, size: 330, coverage: 0.5)
    let kept = Set(
      (259..<330).compactMap { rare.definition.spelling(of: TokenID($0))?.unicodeScalars }
        .filter { $0.count == 1 }.compactMap(\.first))
    #expect(kept.count < alphabet.count)
    #expect(
      merges(rare) == naiveMerges(documents, count: 330 - 259 - kept.count, alphabet: kept),
      "seed \(seed)")
  }
}

extension String {
  /// What comes back of a text: marks of spaces are spaces.
  fileprivate var replacingMarks: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\u{2581}" ? " " : $0 }))
  }
}
