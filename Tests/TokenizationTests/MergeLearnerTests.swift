import Testing

@testable import Tokenization

@Suite struct MergeLearnerTests {
  /// A vocabulary of all bytes, whose IDs are the bytes.
  private func bytes() throws -> Vocabulary {
    var vocabulary = Vocabulary()
    for byte in UInt8.min...UInt8.max { try vocabulary.add([byte], id: TokenID(byte)) }
    return vocabulary
  }

  private func words(_ texts: [(String, Int)]) -> CountedWords {
    var (tokens, ends): ([TokenID], [Int]) = ([], [])
    for (text, _) in texts {
      tokens += text.utf8.map { TokenID($0) }
      ends.append(tokens.count)
    }
    return CountedWords(tokens: tokens, ends: ends, counts: texts.map(\.1))
  }

  private func spell(_ merges: [Merge], _ vocabulary: Vocabulary) -> [String] {
    merges.map { merge in
      [merge.left, merge.right]
        .map { String(decoding: vocabulary.bytes(of: $0) ?? [], as: UTF8.self) }
        .joined(separator: "+")
    }
  }

  @Test func mergesTheMostFrequentPairFirst() throws {
    var learner = try MergeLearner(
      words([("low", 5), ("lowest", 2), ("newer", 6), ("wider", 3)]), vocabulary: bytes())
    try learner.learn(untilCount: 256 + 5, minimumFrequency: 0)
    #expect(spell(learner.merges, learner.vocabulary) == ["e+r", "l+o", "lo+w", "e+w", "n+ew"])
    #expect(learner.lastCount == 6)
  }

  @Test func givesTheWordsAsTheyAreThen() throws {
    var learner = try MergeLearner(
      words([("aaaa", 5), ("ab", 7), ("aab", 1), ("c", 9), ("ad", 0)]), vocabulary: bytes())
    try learner.learn(untilCount: 258, minimumFrequency: 0)
    #expect(spell(learner.merges, learner.vocabulary) == ["a+a", "a+b"])
    let left = learner.words
    #expect((0..<left.count).map { left[$0] } == [[256, 256], [256, 98]])
    #expect(left.counts == [5, 1])
  }

  @Test func mergesOnlyPairsThatAreAllowed() throws {
    let words = words([("abab", 9), ("cb", 4)])
    var learner = try MergeLearner(words, vocabulary: bytes(), nextID: 1_000) { $0.left != 97 }
    try learner.learn(untilCount: 300, minimumFrequency: 0)
    #expect(spell(learner.merges, learner.vocabulary) == ["b+a", "ba+b", "c+b"])
    #expect(learner.merges.map(\.result) == [1_000, 1_001, 1_002])
  }

  @Test func neverMakesATokenThatIsThereAlready() throws {
    var vocabulary = try bytes()
    try vocabulary.add(Array("ab".utf8), id: 256)
    var learner = try MergeLearner(words([("abc", 2)]), vocabulary: vocabulary)
    try learner.learn(untilCount: 300, minimumFrequency: 0)
    #expect(spell(learner.merges, learner.vocabulary) == ["b+c", "a+bc"])
  }

  @Test(arguments: 1...60) func agreesWithTheSlowTwin(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let letters = [["a", "b"], ["a"], ["a", "b", "c", "d", "e"], ["ಕ", "್", "ಷ", "ಿ", "a"]][
      seed % 4]
    let texts = (0..<200).map { _ in
      let length = Int.random(in: 1...30, using: &generator)
      let text = (0..<length).map { _ in letters.randomElement(using: &generator) ?? "a" }
      let scale = [1, 10, 5_000, 1 << 40].randomElement(using: &generator) ?? 1
      return (text.joined(), Int.random(in: 0...scale, using: &generator))
    }
    let allows: ((TokenPair) -> Bool)? = seed % 3 == 0 ? { ($0.left &+ $0.right) % 3 != 0 } : nil
    let words = words(texts)
    var slow = ReferenceMergeLearner(words, vocabulary: try bytes(), allows: allows)
    var fast = try MergeLearner(words, vocabulary: try bytes(), allows: allows)
    for learned in [3, 40, 400] {
      try slow.learn(untilCount: 256 + learned, minimumFrequency: 2)
      try fast.learn(untilCount: 256 + learned, minimumFrequency: 2)
      #expect(fast.merges == slow.merges, "seed \(seed), \(learned) merges")
    }
  }
}
