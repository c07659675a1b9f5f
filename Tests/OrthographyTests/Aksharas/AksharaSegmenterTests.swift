import Fixtures
import Foundation
import Testing

@testable import Orthography

@Suite struct AksharaSegmenterTests {
  private let segmenter = AksharaSegmenter()

  /// Each case is written with a bar at every cut.
  @Test(arguments: [
    "ಕ|ನ್ನ|ಡ", "ಶ್ರೀ|ಕೃ|ಷ್ಣ", "ಅ|ಕ್ಷ|ರ", "ರಾ|ಷ್ಟ್ರ", "ಸ್ತ್ರೀ", "ಸಂ|ಸ್ಕೃ|ತ", "ದುಃ|ಖ", "ಕ|ರ್ಮ", "ಬ|ಸ್| |ಬಂ|ತು|.",
    "తె|లు|గు", "స్త్రీ", "క్షే|త్రం", "అ|మ్మ", "వి|ద్యా|ర్థి", "రా|ష్ట్రం",
    // ZWJ asks for another shape of the same cluster, before or after the virama.
    "ಕ್\u{200D}ಷ", "ರ್\u{200D}ಕ", "ರ\u{200D}್ಕ", "క్\u{200D}ష",
    // ZWNJ makes the virama show: the cluster ends there.
    "ಕ್\u{200C}|ಷ", "ರಾ|ಜ್\u{200C}|ಕು|ಮಾ|ರ್", "సా|ఫ్ట్\u{200C}|వే|ర్",
    // A vowel letter with a conjunct below it: the vowel of "app".
    "ಆ್ಯ|ಪ್", "ಅ್ಯಾ|ಕ್ಷ|ನ್",
    // Nukta, before and after what it may stand between.
    "ಫ\u{CBC}ೋ|ನ್", "ಜ\u{CBC}್ಜ", "ಜ್\u{CBC}ಜ",
    // Stacking letters, candrabindus, the dead consonants, avagraha.
    "ೱಕ", "ೲಪ|ಕ", "ಕ\u{C81}", "ಕ\u{C80}", "ಕಾ\u{C80}|ಕ", "ಆ\u{C80}", "ಕ|ೝ", "ಕ|\u{C5D}", "ದೇ|ವೋ|ಽ|ಹಂ",
    "మా|\u{C5D}", "ಗೌ\u{CF3}|ಡ",
    // Two-part vowels, composed or not, are one sign.
    "ಕೇ|ಕೋ", "ಕ\u{CC6}\u{CD5}|ಕ\u{CC6}\u{CC2}\u{CD5}", "కై", "క\u{C46}\u{C56}",
    // Digits, dandas and vowel letters stand alone.
    "೧|೨|।|॥|೩", "ಅ|ಆ|ಇ|ೠ|ಌ", "అ|ఐ", "౧|,|౨", "1|2",
    // A virama closes; nothing joins over a vowel sign, another script or a space.
    "ಕ್|ಅ", "ಕಾ್|ಯ", "ಕಂ್|ಯ", "ಕ್|క", "ಕ\u{C4D}|ಷ", "ಕ್| |ಷ", "ಕ್|a", "ಕ್",
    // Marks without a base belong to what stands before them, as UAX #29 has it.
    " ್|ಕ", "a\u{CBE}", "\n|\u{CCD}|ಕ", "\u{CBE}", "◌್|ಕ", "\u{C80}|ಕ",
    // The other conjunct scripts, and those that are not.
    "क्षे|त्र", "क्\u{200D}ष", "क्\u{200C}|ष", "অ্যা|প", "ക്ഷ|മ", "ൻ്റെ", "ન|મ|સ્તે", "க்|ஷ", "ਕ੍|ਰ",
    // Grapheme clusters of UAX #29.
    "e\u{301}|x", "\r\n|\n|\r|a", "👩\u{200D}👩\u{200D}👧|👍🏽", "🇮🇳|🇮🇳|🇮", "각|ᄀ\u{1161}\u{11A8}",
    "\u{600}١",
    "a\u{200C}|b", "a|\u{200B}|b", "\u{FEFF}|ಕ",
  ])
  func cutsAtTheBars(text: String) {
    let pieces = text.unicodeScalars.split(separator: "|").map { Array(String($0).utf8) }
    let joined = Array(pieces.joined())
    #expect(segmenter.ranges(in: joined).map { Array(joined[$0]) } == pieces)
    #expect(
      segmenter.aksharas(of: String(decoding: joined, as: UTF8.self)).map { Array($0.utf8) }
        == pieces)
  }

  @Test func bytesThatAreNotUTF8StandAlone() {
    let ka: [UInt8] = [0xE0, 0xB2, 0x95]
    let virama: [UInt8] = [0xE0, 0xB3, 0x8D]
    #expect(segmenter.ranges(in: ka + [0xFF] + ka) == [0..<3, 3..<4, 4..<7])
    #expect(segmenter.ranges(in: ka + virama + [0xE0, 0xB2]) == [0..<6, 6..<7, 7..<8])
    #expect(segmenter.ranges(in: ka + [0x80] + virama + ka) == [0..<3, 3..<4, 4..<7, 7..<10])
    #expect(segmenter.ranges(in: [0xED, 0xA0, 0x80]) == [0..<1, 1..<2, 2..<3])
    #expect(segmenter.ranges(in: []) == [])
  }

  @Test func anyRoomGivesTheSameEnds() {
    let text = Array("ಶ್ರೀಕೃಷ್ಣ, 👩\u{200D}👧🇮🇳🇮🇳 ಕ್\u{200C}ಷ a\r\n\u{600}\u{600}1".utf8)
    let expected = segmenter.ranges(in: text).map(\.upperBound)
    for room in 1...expected.count {
      #expect(ends(of: text, room: room) == expected, "room for \(room)")
    }
    #expect(ends(of: text, room: 0) == [])
    #expect(segmenter.count(in: text) == expected.count)
  }

  private func ends(of text: [UInt8], room: Int) -> [Int] {
    let buffer = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: room)
    defer { buffer.deallocate() }
    return text.withUnsafeBufferPointer { bytes in
      var all: [Int] = []
      var start = 0
      while case let found = segmenter.writeEnds(of: bytes, from: start, to: buffer), found > 0 {
        all += buffer.prefix(found).map { start + Int($0) }
        start = all.last ?? bytes.count
      }
      return all
    }
  }

  /// Unicode's own cases; those with Indic letters agree too, since none has a conjunct.
  @Test func agreesWithTheGraphemeBreakTest() throws {
    guard let path = RepositoryPaths.shared("data/unicode/GraphemeBreakTest.txt") else { return }
    var cases = 0
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let pieces = line.unicodeScalars.prefix { $0 != "#" }.split(separator: "÷").map { piece in
        Array(
          piece.split(whereSeparator: { " \t×".unicodeScalars.contains($0) })
            .compactMap { UInt32(String($0), radix: 16).flatMap(UnicodeScalar.init) }
            .flatMap { Array(String($0).utf8) })
      }.filter { !$0.isEmpty }
      guard !pieces.isEmpty else { continue }
      cases += 1
      let text = Array(pieces.joined())
      #expect(segmenter.ranges(in: text).map { Array(text[$0]) } == pieces, "\(line)")
    }
    #expect(cases == 602)
  }

  /// The classes come from ICU; the file is Unicode's.
  @Test func syllabicCategoriesAreThoseOfUnicode() throws {
    guard let path = RepositoryPaths.shared("data/unicode/IndicSyllabicCategory.txt") else {
      return
    }
    let kinds: [String: [AksharaClass]] = [
      "Consonant": [.consonant], "Consonant_Dead": [.vowel], "Vowel_Independent": [.vowel],
      "Consonant_With_Stacker": [.stacker], "Virama": [.virama], "Vowel_Dependent": [.vowelSign],
      "Bindu": [.finalMark, .finalLetter], "Visarga": [.finalMark, .finalLetter],
    ]
    var checked = 0
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let fields = line.prefix { $0 != "#" }.split(whereSeparator: { ";. ".contains($0) })
      guard let start = fields.first.flatMap({ UInt32($0, radix: 16) }),
        let category = fields.last.map(String.init), (0x900..<0xD80).contains(start)
      else { continue }
      let end = fields.count > 2 ? UInt32(fields[1], radix: 16) ?? start : start
      for code in start...end {
        let symbol = AksharaClassTable.shared[code]
        guard symbol.script != .none else { continue }
        #expect(kinds[category]?.contains(symbol.kind) == true, "U+\(String(code, radix: 16))")
        checked += 1
      }
    }
    #expect(checked > 500)
  }

  @Test func agreesWithTheGrammarOnSeededBytes() {
    let characters: [String] = [
      "ಕ", "ಷ", "ರ", "ಅ", "ಆ", "್", "್", "ಾ", "\u{CC6}", "\u{CD5}", "ಂ", "ಃ", "\u{C80}", "\u{C81}",
      "\u{CBC}", "ೱ", "ೝ", "ಽ", "೧", "క", "ర", "అ", "్", "ి", "ం", "\u{C5D}", "\u{C3C}", "क", "्",
      "़", "ি", "অ", "\u{9FC}", "ൻ", "്", "ൎ", "க", "்", "\u{200C}", "\u{200D}", "\u{200D}", "a",
      " ",
      "\u{301}", "\u{903}", "\r", "\n", "\u{600}", "🇮", "👩", "🏽", "ᄀ", "\u{1161}", "\u{11A8}", "가",
      "\u{951}", "\u{FE0F}",
    ]
    var random = SeededGenerator(seed: 11)
    for _ in 0..<3000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0...14, using: &random) {
        if Int.random(in: 0..<12, using: &random) == 0 {
          bytes.append(.random(in: .min ... .max, using: &random))
        } else {
          bytes += Array(characters[Int.random(in: 0..<characters.count, using: &random)].utf8)
        }
      }
      let fast = segmenter.ranges(in: bytes).map(\.upperBound)
      let slow = AksharaGrammar(bytes).ends
      #expect(fast == slow, "\(bytes)")
      if fast != slow { return }
    }
  }
}
