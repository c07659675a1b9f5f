import Fixtures
import Foundation
import Testing

@testable import Tokenization

/// The kernels against the slow twin, which is checked against regular expressions by itself.
@Suite struct PretokenScannerTests {
  private static let sets = TextInstructions.allCases.filter(\.hasScan)

  private func ends(
    _ bytes: [UInt8], _ pattern: SplitPattern, _ instructions: TextInstructions, room: Int
  ) -> [UInt32] {
    bytes.withUnsafeBufferPointer { buffer in
      var scanner = PretokenScanner(buffer, pattern, instructions.scan)
      var result: [UInt32] = []
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: room) { ends in
        while case let count = scanner.next(ends), count > 0 { result += ends[..<count] }
      }
      return result
    }
  }

  private func expected(_ bytes: [UInt8], _ pattern: SplitPattern) -> [UInt32] {
    bytes.withUnsafeBufferPointer { buffer in
      var scanner = ReferenceScanner(buffer, pattern: pattern)
      var result: [UInt32] = []
      while let piece = scanner.next() { result.append(UInt32(piece.upperBound)) }
      return result
    }
  }

  /// Compares all instruction sets in all rooms, and shows the first difference.
  private func check(
    _ bytes: [UInt8], _ pattern: SplitPattern, rooms: [Int] = [PretokenScanner.bestRoom]
  ) -> Bool {
    let expected = expected(bytes, pattern)
    for instructions in Self.sets {
      for room in rooms {
        let ends = ends(bytes, pattern, instructions, room: room)
        guard ends != expected else { continue }
        let pairs = zip(ends, expected).enumerated()
        let index = pairs.first { $1.0 != $1.1 }?.offset ?? min(ends.count, expected.count)
        let start = index == 0 ? 0 : Int(expected[index - 1])
        let around = bytes[max(0, start - 24)..<min(bytes.count, start + 24)]
        Issue.record(
          """
          \(pattern.rawValue), \(instructions.rawValue), room \(room), \(bytes.count) bytes: piece \
          \(index) at \(start) ends at \(ends.dropFirst(index).first ?? 0), not \
          \(expected.dropFirst(index).first ?? 0), in \
          \(String(decoding: around, as: UTF8.self).debugDescription)
          """)
        return false
      }
    }
    return true
  }

  @Test func cutsTheExampleOfTheHeader() {
    for instructions in Self.sets {
      func pieces(_ text: String, room: Int) -> [UInt32] {
        ends(Array(text.utf8), .llama3, instructions, room: room)
      }
      #expect(pieces("ab ,x12\n y", room: 100) == [2, 4, 5, 7, 8, 10])
      #expect(pieces("", room: 100) == [])
      #expect(pieces("a b", room: 1) == [1, 3])
    }
  }

  @Test(arguments: SplitPattern.allCases) func agreesOnShortTexts(_ pattern: SplitPattern) {
    var generator = SeededGenerator(seed: 21)
    for _ in 0..<1_000 where !check(SeededText.damagedBytes(&generator), pattern) { return }
  }

  @Test(arguments: SplitPattern.allCases) func agreesOnLongTexts(_ pattern: SplitPattern) {
    var generator = SeededGenerator(seed: 22)
    for _ in 0..<3 {
      let bytes = (0..<300).flatMap { _ in SeededText.damagedBytes(&generator) }
      guard check(bytes, pattern, rooms: [319, 320, 1_024, PretokenScanner.bestRoom]),
        check(Array(bytes.prefix(1_000)), pattern, rooms: [1, 7])
      else { return }
    }
  }

  /// Every construct at every place of a block, and across the border of a window.
  @Test(arguments: SplitPattern.allCases) func agreesAtEveryOffset(_ pattern: SplitPattern) {
    let texts = [
      "x'll y", "a's's'S'\u{17F}!", " 12345678 ", "1೨3೪5", "!!\n\n  \n x",
      "\u{3000}\u{A0}ಕ್\u{200D}ಷ",
      "!\u{301}x !!\u{301}x", "aªBʰC", "\u{200B}\u{200B}a\u{200B} ", "我・ぁ1 (abcé", "//\n/b",
      "👨‍👩‍👧\u{FE0F}",
      "\t\n\t\n\tz", "'s\u{200D}ಕ",
    ].map { Array($0.utf8) }
    for text in texts {
      for length in Array(52...66) + Array(236...258) {
        let filler: [UInt8] = (0..<length).map { $0 % 9 == 0 ? 0x20 : 0x61 }
        guard check(filler + text + filler.suffix(30), pattern, rooms: [330]) else { return }
      }
    }
  }

  /// The vector kernels expect the script of one block in the next.
  @Test(arguments: SplitPattern.allCases) func agreesWhereScriptsChange(_ pattern: SplitPattern) {
    let kannada = Array("ಕನ್ನಡ ಭಾಷೆ, ಇದು ಒಂದು ೧೨ ಸಾಲು. ".utf8)
    let others: [[UInt8]] = ["“", "”ಕ", "।", "తె", "é", "我", "🔥", " ‘", "\u{3000}"].map {
      Array($0.utf8)
    }
    let broken: [[UInt8]] = [
      [0xE0, 0xB2], [0xB2, 0x95], [0xE0, 0x80, 0x95], [0xED, 0xA0, 0x80],
    ]
    for other in others + broken {
      for length in 100...165 {
        let before = Array(repeating: kannada, count: 3).joined().prefix(length)
        let bytes = Array(before) + other + kannada + other + other + kannada
        guard check(bytes, pattern) else { return }
      }
    }
  }

  @Test(arguments: SplitPattern.allCases) func agreesOnLongRuns(_ pattern: SplitPattern) {
    let units = [
      "a", "A", "್", "ಕ್‌", " ", "\n", " \n", "!", "7", "೭", "'", "'s", "中", "゠", "\u{200B}",
      "\u{3000}",
      "🔥", "aB", "ªA", "/\n",
    ].map { Array($0.utf8) }
    for unit in units {
      let run = (0..<3_000).flatMap { _ in unit }
      for ending in ["", " x"] {
        guard check(run + Array(ending.utf8), pattern, rooms: [1_000, 4_160]) else { return }
      }
    }
  }

  @Test(arguments: SplitPattern.allCases) func agreesOnEveryCodePoint(_ pattern: SplitPattern) {
    var bytes: [UInt8] = []
    for codePoint in UInt32(0)...0x2_FFFF where codePoint < 0x1000 || codePoint % 31 == 0 {
      guard let scalar = UnicodeScalar(codePoint) else { continue }
      bytes += Array("a\(scalar)B\(scalar)\(scalar) \(scalar)1!\(scalar)'\(scalar)".utf8)
    }
    _ = check(bytes, pattern)
  }

  @Test(arguments: SplitPattern.allCases) func agreesOnRandomBytes(_ pattern: SplitPattern) {
    var generator = SeededGenerator(seed: 23)
    for pool: ClosedRange<UInt8> in [0...255, 0x80...0xFF, 0xE0...0xED, 0x20...0x7F] {
      let bytes = (0..<12_000).map { _ in UInt8.random(in: pool, using: &generator) }
      guard check(bytes, pattern) else { return }
    }
  }

  @Test(arguments: SplitPattern.allCases) func agreesOnRealText(_ pattern: SplitPattern) throws {
    for language in ["kn", "te", "en", "code"] {
      guard let path = RepositoryPaths.shared("corpus/\(language).txt.zst") else { return }
      guard check(Array(try GzipText.bytes(path).prefix(100_000)), pattern) else { return }
    }
  }
}
