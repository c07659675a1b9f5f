import Testing

@testable import Tokenization

@Suite struct TextBatchTests {
  /// A batch of texts, each with marks behind so many of its bytes.
  private func batch(_ texts: [(text: [UInt8], marks: [Int])]) -> TextBatch {
    var batch = TextBatch()
    for (text, marks) in texts {
      var start = 0
      for mark in marks {
        text[start..<mark].withUnsafeBufferPointer { batch.append($0) }
        batch.mark()
        start = mark
      }
      text[start...].withUnsafeBufferPointer { batch.append($0) }
      batch.endText()
    }
    return batch
  }

  private func encoded(
    _ batch: TextBatch, _ encode: (TextBatch, TokenBuffer, inout [Int32]) -> Void
  ) -> (ids: [TokenID], places: [Int32]) {
    let buffer = TokenBuffer()
    buffer.append([7])
    var places: [Int32] = []
    encode(batch, buffer, &places)
    return (buffer.withIDs { Array($0) }, places)
  }

  @Test func textsAreCutApartAndMarksFound() throws {
    let tokenizer = try SampleTokenizer.make(merges: [("a", "b"), ("ab", "ab"), ("b", "a")])
    let texts = batch([(Array("abab".utf8), [1]), (Array("a".utf8), []), (Array("bac".utf8), [2])])
    let found = encoded(texts) { tokenizer.encode($0, into: $1, places: &$2) }
    // abab, of which the mark behind its first byte is a part │ a │ ba, c
    #expect(found.ids == [7, 257, 97, 258, 99])
    #expect(found.places == [2, 2, 3, 4, 5])
  }

  /// Long texts among them fill more than one window; a damaged one is no text at all.
  @Test(arguments: [SplitPattern.gpt2, .cl100k, .llama3, .qwen2, .o200k, .llama3Indic])
  func batchesHaveTheTokensOfSingleTexts(pattern: SplitPattern) throws {
    var generator = SeededGenerator(seed: 11)
    let tokenizer = try SampleTokenizer.trained(seed: 3, specials: [], pattern: pattern)
    for round in 0..<60 {
      let texts = (0..<Int.random(in: 1...40, using: &generator)).compactMap {
        _ -> (text: [UInt8], marks: [Int])? in
        let text = SeededText.damagedBytes(&generator, length: [6, 60, 3_000][round % 3])
        guard !text.isEmpty else { return nil }
        let marks = (0..<3).map { _ in Int.random(in: 1...text.count, using: &generator) }
        return (text, Array(Set(marks.prefix(round % 4))).sorted())
      }
      let batch = batch(texts)
      let found = encoded(batch) { tokenizer.encode($0, into: $1, places: &$2) }
      let expected = encoded(batch) { tokenizer.encodeSingly($0, into: $1, places: &$2) }
      #expect(found.ids == expected.ids, "round \(round)")
      #expect(found.places == expected.places, "round \(round)")
    }
  }

  /// What has to be normalized, or holds added tokens that stay tokens in data, goes text by text.
  @Test func otherTokenizersGiveTheSame() throws {
    var generator = SeededGenerator(seed: 12)
    let tokenizer = try SampleTokenizer.trained(seed: 3)
    let texts = (0..<30).map { _ in
      (text: Array("x\(SeededText.string(&generator))".utf8), marks: [1])
    }
    let batch = batch(texts)
    let found = encoded(batch) { tokenizer.encode($0, into: $1, places: &$2) }
    let expected = encoded(batch) { tokenizer.encodeSingly($0, into: $1, places: &$2) }
    #expect(found == expected)
  }
}
