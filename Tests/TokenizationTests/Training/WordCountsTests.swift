import Testing

@testable import Tokenization

@Suite struct WordCountsTests {
  private func add(_ words: [[UInt8]], to counts: inout WordCounts, padding: Int = 0) {
    for word in words {
      (word + [UInt8](repeating: 0xAA, count: padding)).withUnsafeBytes { bytes in
        if let base = bytes.baseAddress {
          counts.add(base, length: word.count, readable: bytes.count)
        }
      }
    }
  }

  private func dictionary(_ counts: borrowing WordCounts) -> [[UInt8]: Int] {
    var result: [[UInt8]: Int] = [:]
    counts.forEach { word, count in result[Array(word), default: 0] += count }
    return result
  }

  @Test func countsShortAndLongWords() {
    var counts = WordCounts()
    let long = [UInt8](repeating: 7, count: 16)
    add([[1], [1, 0], [1], [1, 0, 0], long, long + [0], long, [UInt8](long[..<15])], to: &counts)
    #expect(
      dictionary(counts)
        == [[1]: 2, [1, 0]: 1, [1, 0, 0]: 1, long: 2, long + [0]: 1, [UInt8](long[..<15]): 1])
    #expect(counts.count == 6)
    #expect(counts.byteCount == 1 + 2 + 3 + 16 + 17 + 15)
  }

  @Test func whatLiesBehindAWordDoesNotMatter() {
    var counts = WordCounts()
    for length in 1...15 {
      add([[UInt8](repeating: 9, count: length)], to: &counts)
      add([[UInt8](repeating: 9, count: length)], to: &counts, padding: 16)
    }
    #expect(dictionary(counts).values.allSatisfy { $0 == 2 })
    #expect(counts.count == 15)
  }

  @Test(arguments: 1...6) func agreesWithADictionary(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    var counts = WordCounts()
    var other = WordCounts()
    var expected: [[UInt8]: Int] = [:]
    for index in 0..<20_000 {
      let length = Int.random(in: 1...(seed * 6), using: &generator)
      let word = (0..<length).map { _ in UInt8.random(in: 0...3, using: &generator) }
      expected[word, default: 0] += 1
      if index % 2 == 0 {
        add([word], to: &counts, padding: index % 20)
      } else {
        add([word], to: &other)
      }
    }
    counts.merge(other)
    #expect(dictionary(counts) == expected, "seed \(seed)")
    #expect(counts.count == expected.count)
    for word in expected.keys {
      #expect(word.withUnsafeBytes { counts.value(of: $0) } == expected[word], "\(word)")
    }
    #expect(([9] as [UInt8]).withUnsafeBytes { counts.value(of: $0) } == nil)
    counts.number()
    var next = 0
    counts.forEach { _, number in
      #expect(number == next)
      next += 1
    }
  }

  @Test func cutsWordsAtSpaces() {
    var counts = WordCounts()
    Array("  a b\u{2581}\u{2581}ಕ a\nab\r\n\u{2580} a".utf8).withUnsafeBufferPointer {
      counts.addLines($0, .spaces)
    }
    #expect(
      dictionary(counts)
        == ["a": 3, "b": 1, "ಕ": 1, "ab\r": 1, "\u{2580}": 1].reduce(into: [:]) {
          $0[Array($1.key.utf8)] = $1.value
        })
  }

  @Test(arguments: SplitPattern.allCases) func countsThePretokensOfEachLine(
    pattern: SplitPattern
  ) {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<50 {
      let text = Array(SeededText.string(&generator).utf8)
      var counts = WordCounts()
      text.withUnsafeBufferPointer { counts.addLines($0, .pretokens(Pretokenizer(pattern))) }
      #expect(
        dictionary(counts) == slowly(text, pattern), "\(String(decoding: text, as: UTF8.self))")
    }
  }

  private func slowly(_ text: [UInt8], _ pattern: SplitPattern) -> [[UInt8]: Int] {
    var expected: [[UInt8]: Int] = [:]
    var rest = text[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x0A).map { $0 + 1 } ?? rest.endIndex
      let line = Array(rest[..<end])
      var start = 0
      line.withUnsafeBufferPointer { buffer in
        PretokenScanner(buffer, Pretokenizer(pattern)).forEach { end, _ in
          expected[Array(line[start..<end]), default: 0] += 1
          start = end
        }
      }
      rest = rest[end...]
    }
    return expected
  }
}
