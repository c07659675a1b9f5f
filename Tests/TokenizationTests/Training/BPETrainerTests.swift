import Artifacts
import Fixtures
import Testing

@testable import Tokenization

@Suite struct BPETrainerTests {
  private func train(
    _ documents: [String], size: Int, minimumFrequency: Int = 0, specials: [String] = [],
    pattern: SplitPattern = .llama3
  ) throws -> BPETokenizer {
    var trainer = try BPETrainer(
      BPETrainerOptions(
        vocabularySize: size, minimumFrequency: minimumFrequency, specialTokens: specials,
        pattern: pattern))
    for document in documents {
      Array(document.utf8).withUnsafeBufferPointer { trainer.consume($0) }
    }
    return try trainer.train()
  }

  private func merges(_ tokenizer: BPETokenizer) -> [String] {
    tokenizer.definition.merges.map { merge in
      [merge.left, merge.right]
        .map { String(decoding: tokenizer.bytes(of: $0) ?? [], as: UTF8.self) }
        .joined(separator: "+")
    }
  }

  @Test func takesTheMostFrequentPairAndOfEqualsTheSmaller() throws {
    // The same training by `tokenizers` 0.23.3 gives these merges; see also the parity tests.
    let tokenizer = try train(
      ["the cat sat on the mat the", "aaaa aaaaa aaa abcabc bcabc abc bc ab"], size: 284,
      specials: ["<|a|>", "<|b|>"])
    #expect(
      merges(tokenizer) == [
        "a+a", "b+c", "a+bc", "a+t", "h+e", "t+he", " +aa", " +bc", " +abc", " +the", "a+b",
        "c+at", "m+at", "o+n", "s+at", " +ab", " +cat", " +mat", " +on", " +sat", "aa+a", "aa+aa",
        " aa+a", " aa+aaa", " bc+abc", " abc+abc",
      ])
    #expect(tokenizer.vocabularyCount == 284)
    #expect(tokenizer.specialToken("<|b|>") == 1)
    #expect(tokenizer.bytes(of: 2) == Array("!".utf8))
    #expect(tokenizer.bytes(of: 258) == Array("aa".utf8))
  }

  @Test func stopsAtRarePairs() throws {
    #expect(merges(try train(["ab ab ab cd"], size: 300, minimumFrequency: 3)) == ["a+b"])
    #expect(merges(try train(["ab"], size: 300)) == ["a+b"])
    #expect(merges(try train([], size: 300)) == [])
  }

  @Test func newTokensStayBelowAGivenLength() throws {
    // `tokenizers` 0.23.3 with `max_token_length=4` gives these merges.
    var options = BPETrainerOptions(vocabularySize: 300, pattern: .llama3)
    options.maximumTokenLength = 4
    var trainer = try BPETrainer(options)
    Array("abcdef abcdef xyxyxy".utf8).withUnsafeBufferPointer { trainer.consume($0) }
    #expect(merges(try trainer.train()) == ["x+y", "a+b", "c+d", "e+f", " +xy", " +ab"])
  }

  @Test func threadsDoNotMatter() throws {
    var generator = SeededGenerator(seed: 13)
    let text = (0..<200).map { _ in SeededText.string(&generator) }.joined(separator: "\n")
    let folder = TemporaryFolder()
    try AtomicFile.write(Array(text.utf8), to: folder.file("text.txt"))
    let counts = try [1, 2, 5].map { threads in
      let counter = WordCounter(.pretokens(Pretokenizer(.indic)), threads: threads)
      try counter.addLines(of: LineChunkReader(folder.file("text.txt"), chunkSize: 100)) { _ in }
      var words: [[UInt8]: Int] = [:]
      counter.forEach { words[Array($0), default: 0] += $1 }
      #expect(counter.byteCount == text.utf8.count)
      return words
    }
    #expect(counts[0].count > 200)
    #expect(counts[1] == counts[0])
    #expect(counts[2] == counts[0])
  }

  @Test func theOrderOfDocumentsDoesNotMatter() throws {
    var generator = SeededGenerator(seed: 12)
    let documents = (0..<200).map { _ in SeededText.string(&generator) }
    let tokenizer = try train(documents, size: 600)
    #expect(try train(documents.reversed(), size: 600).digest == tokenizer.digest)
    #expect(try train(documents.shuffled(using: &generator), size: 600).digest == tokenizer.digest)
  }

  @Test func neverMakesATokenSpelledLikeASpecialOne() throws {
    let tokenizer = try train(["pad pad pad pad padding"], size: 400, specials: ["pad"])
    #expect(!merges(tokenizer).contains("pa+d"))
    #expect(!tokenizer.encode("pad padding").ids.contains(0))
    #expect(tokenizer.encode("pad", specials: .allow).ids == [0])
  }

  /// The slow twin counts all pairs anew for each merge.
  private func naiveMerges(_ documents: [String], count: Int) -> [String] {
    var words: [[[UInt8]]: Int] = [:]
    for document in documents {
      let bytes = Array(document.utf8)
      bytes.withUnsafeBufferPointer { buffer in
        var scanner = ReferenceScanner(buffer, pattern: .llama3)
        while let range = scanner.next() { words[bytes[range].map { [$0] }, default: 0] += 1 }
      }
    }
    var tokens = ByteAlphabet.bytesInOrder.map { [$0] }
    var merges: [String] = []
    while merges.count < count, let pair = bestPair(words, tokens) {
      merges.append(pair.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "+"))
      tokens.append(pair[0] + pair[1])
      words = Dictionary(
        words.map { (join(pair, in: $0), $1) }, uniquingKeysWith: { $0 + $1 })
    }
    return merges
  }

  private func bestPair(_ words: [[[UInt8]]: Int], _ tokens: [[UInt8]]) -> [[UInt8]]? {
    var counts: [[[UInt8]]: Int] = [:]
    for (word, count) in words {
      for pair in zip(word, word.dropFirst()) { counts[[pair.0, pair.1], default: 0] += count }
    }
    let ids = Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ($1, $0) })
    return counts.min { left, right in
      if left.value != right.value { return left.value > right.value }
      return left.key.compactMap { ids[$0] }.lexicographicallyPrecedes(
        right.key.compactMap { ids[$0] })
    }?.key
  }

  private func join(_ pair: [[UInt8]], in word: [[UInt8]]) -> [[UInt8]] {
    var joined: [[UInt8]] = []
    var rest = word[...]
    while let first = rest.first {
      let isPair = first == pair[0] && rest.dropFirst().first == pair[1]
      joined.append(isPair ? pair[0] + pair[1] : first)
      rest = rest.dropFirst(isPair ? 2 : 1)
    }
    return joined
  }

  @Test(arguments: 1...8) func agreesWithCountingAnew(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let alphabet = [["a", "b"], ["a"], ["a", "b", "c", " "], ["ಕ", "್", "ಷ"]][seed % 4]
    let documents = (0..<30).map { _ in
      (0..<Int.random(in: 1...25, using: &generator))
        .map { _ in alphabet.randomElement(using: &generator) ?? "a" }.joined()
    }
    let expected = naiveMerges(documents, count: 60)
    #expect(merges(try train(documents, size: 256 + 60)) == expected)
  }

  @Test func refusesOptionsThatCannotBe() {
    func error(_ options: BPETrainerOptions) -> String {
      do {
        _ = try BPETrainer(options)
        return "taken"
      } catch { return "\(error)" }
    }
    #expect(
      error(BPETrainerOptions(vocabularySize: 257, specialTokens: ["<a>", "<b>"]))
        == "`vocab_size` cannot be 257; give at least 258, for the 256 bytes and the special tokens, and "
        + "at most 4194304")
    #expect(
      error(BPETrainerOptions(vocabularySize: 300, specialTokens: ["<a>", "<a>"]))
        == "`special_tokens` has a token twice; remove one of them")
    #expect(
      error(BPETrainerOptions(vocabularySize: 300, specialTokens: ["a"]))
        == "the special token `a` is a single byte or nothing; give it a name that text does not have, "
        + "such as `<|end|>`")
  }

  @Test func readsItsOptions() throws {
    let location = SourceLocation(file: "recipe.yaml", line: 3)
    func entry(_ key: String, _ value: JSONValue) -> OptionNode.Entry {
      OptionNode.Entry(key: key, node: OptionNode(.scalar(value), at: location))
    }
    let node = OptionNode(
      .table([
        entry("vocab_size", 6_000), entry("pattern", "llama3"), entry("special_tokens", "<s>"),
      ]),
      at: location)
    var reader = try OptionReader(node, section: "tokenizer")
    let options = try BPETrainerOptions(reading: &reader)
    #expect(
      options
        == BPETrainerOptions(vocabularySize: 6_000, specialTokens: ["<s>"], pattern: .llama3))
    #expect(
      options.json.compactString
        == #"{"vocab_size":6000,"model":"byte-level","min_frequency":0,"special_tokens":["<s>"],"#
        + #""pattern":"llama3","max_token_length":null,"keep_aksharas":false}"#)
  }
}
