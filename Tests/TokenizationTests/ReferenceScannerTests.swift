import Foundation
import Orthography
import Testing

@testable import Tokenization

@Suite struct ReferenceScannerTests {
  private func pieces(_ text: String, _ pattern: SplitPattern) -> [String] {
    byteRanges(Array(text.utf8), pattern).map {
      String(decoding: Array(text.utf8)[$0], as: UTF8.self)
    }
  }

  private func byteRanges(_ bytes: [UInt8], _ pattern: SplitPattern) -> [Range<Int>] {
    bytes.withUnsafeBufferPointer { buffer in
      var scanner = ReferenceScanner(buffer, pattern: pattern)
      var ranges: [Range<Int>] = []
      while let range = scanner.next() { ranges.append(range) }
      return ranges
    }
  }

  @Test func llama3CutsWordsAtVowelSigns() {
    #expect(
      pieces("we'll  go: ಕನ್ನಡ 1234\n\n x", .llama3)
        == ["we", "'ll", " ", " go", ":", " ಕನ", "್ನಡ", " ", "123", "4", "\n\n", " x"])
  }

  @Test func indicKeepsMarksAndJoinersInWords() {
    #expect(pieces("ಕನ್ನಡ ಶ್ರೀ, తెలుగు", .indic) == ["ಕನ್ನಡ", " ಶ್ರೀ", ",", " తెలుగు"])
    #expect(pieces("ರ್‌ಕ ಕ್‍ಷ", .indic) == ["ರ್\u{200C}ಕ", " ಕ್\u{200D}ಷ"])
    #expect(pieces("It'S ೧೨೩೪", .indic) == ["It", "'S", " ", "೧೨೩", "೪"])
    #expect(pieces("👨‍👩‍👧!", .indic) == ["👨‍👩‍👧!"])
  }

  @Test func gpt2TakesTheBlankWithNumbersAndLeavesLineEnds() {
    #expect(
      pieces("It'S  a 12345!\n\n b", .gpt2)
        == ["It", "'", "S", " ", " a", " 12345", "!", "\n\n", " b"])
  }

  @Test func o200kCutsBeforeCapitalsAndKeepsMarksAndContractions() {
    #expect(
      pieces("we'll HTTPServer camelCase ಕನ್ನಡ's 1234 a//\n/b", .o200k)
        == [
          "we'll", " HTTPServer", " camel", "Case", " ಕನ್ನಡ's", " ", "123", "4", " a", "//\n/", "b",
        ])
    #expect(pieces("!\u{301}x !!\u{301}x", .o200k) == ["!\u{301}x", " !!\u{301}", "x"])
  }

  @Test func tekkenHasNoContractionsAndCutsDigits() {
    #expect(pieces("we'll 12", .tekken) == ["we", "'ll", " ", "1", "2"])
  }

  @Test func deepseek3CutsDigitsAndIdeographsFirst() {
    #expect(
      pieces("x  12345 我们。 (abcé \u{200B}\u{200B}a ಕನ್ನಡ's", .deepseek3)
        == [
          "x", "  ", "123", "45", " ", "我们", "。", " (", "abcé", " ", "\u{200B}", "\u{200B}a",
          " ಕನ್ನಡ", "'s",
        ])
    #expect(pieces("(abcé", .deepseek3) == ["(abc", "é"])
    #expect(pieces("x我・ぁ゙ー。y", .deepseek3) == ["x", "我", "・", "ぁ゙ー", "。", "y"])
  }

  @Test func qwen35KeepsMarksInWords() {
    #expect(pieces("ಕನ್ನಡ 12", .qwen35) == ["ಕನ್ನಡ", " ", "1", "2"])
  }

  @Test func qwen2CutsDigits() {
    #expect(pieces("a 123", .qwen2) == ["a", " ", "1", "2", "3"])
  }

  @Test func onlyCl100kJoinsWhitespaceAtTheEnd() {
    #expect(pieces("a \n ", .cl100k) == ["a", " \n "])
    #expect(pieces("a \n ", .llama3) == ["a", " \n", " "])
    #expect(pieces("a \n b", .cl100k) == ["a", " \n", " b"])
  }

  @Test func contractionsIgnoreCaseAsUnicodeFoldsIt() {
    #expect(pieces("x'\u{17F}y", .llama3) == ["x", "'\u{17F}", "y"])
    #expect(pieces("'Re'VE'lL'd", .llama3) == ["'Re", "'VE", "'lL", "'d"])
    #expect(pieces("'\u{17F}", .gpt2) == ["'", "\u{17F}"])
  }

  @Test func bytesThatAreNotUTF8AreSymbols() {
    let bytes: [UInt8] = [0x61, 0xFF, 0x62, 0x20, 0xC3, 0x28, 0xE0, 0xB2]
    #expect(byteRanges(bytes, .llama3) == [0..<1, 1..<3, 3..<8])
  }

  /// The regular expression that the pattern stands for, run by ICU, is the slow twin.
  private func piecesByRegex(_ text: String, _ pattern: SplitPattern) throws -> [String] {
    try pattern.regexes.reduce([text]) { pieces, regex in
      let regex = try NSRegularExpression(pattern: regex)
      return pieces.flatMap { Self.isolated($0 as NSString, regex) }
    }
  }

  /// The matches of a regular expression, and what is between them.
  private static func isolated(_ text: NSString, _ regex: NSRegularExpression) -> [String] {
    var end = 0
    var pieces: [String] = []
    func append(_ range: NSRange) {
      if range.length > 0 { pieces.append(text.substring(with: range)) }
      end = range.location + range.length
    }
    for match in regex.matches(in: text as String, range: NSRange(location: 0, length: text.length))
    {
      append(NSRange(location: end, length: match.range.location - end))
      append(match.range)
    }
    append(NSRange(location: end, length: text.length - end))
    return pieces
  }

  @Test(arguments: SplitPattern.allCases) func agreesWithItsRegex(_ pattern: SplitPattern) throws {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<1_000 {
      let text = SeededText.string(&generator)
      try #expect(
        pieces(text, pattern).map { Array($0.utf8) }
          == piecesByRegex(text, pattern).map { Array($0.utf8) },
        "\(text.debugDescription)")
    }
  }

  /// Foundation's ICU may know a later Unicode; only what Akshara's tables assign is compared.
  @Test(arguments: SplitPattern.allCases)
  func classesEveryCodePointAsItsRegexDoes(_ pattern: SplitPattern) throws {
    let scalars = (UInt32(0)...0x1F_FFF).compactMap(UnicodeScalar.init).filter { scalar in
      guard let age = scalar.properties.age, age <= (15, 0) else { return false }
      // Of the many thousand ideographs and Hangul syllables, some stand for all.
      return scalar.properties.generalCategory != .otherLetter || scalar.value % 8 == 0
    }
    for start in stride(from: 0, to: scalars.count, by: 100) {
      let some = scalars[start..<min(start + 100, scalars.count)]
      let text = some.map { "a\($0)b\($0)1 \($0)!" }.joined()
      try #expect(
        pieces(text, pattern).map { Array($0.utf8) }
          == piecesByRegex(text, pattern).map { Array($0.utf8) })
    }
  }

  @Test(arguments: SplitPattern.allCases) func coversAnyBytesWithoutGaps(_ pattern: SplitPattern) {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<500 {
      let bytes = SeededText.damagedBytes(&generator)
      var end = 0
      for range in byteRanges(bytes, pattern) {
        #expect(range.lowerBound == end && !range.isEmpty, "\(bytes)")
        end = range.upperBound
      }
      #expect(end == bytes.count, "\(bytes)")
    }
  }
}
