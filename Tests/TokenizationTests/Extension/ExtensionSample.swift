@testable import Tokenization

/// A small base, a corpus and what comes of them, for tests.
enum ExtensionSample {
  /// A base with Llama 3's ways: `E0 B2` and ` \xE0\xB2` are tokens, but no Kannada or Telugu
  /// character is; other scripts share the first byte; some tokens lie across characters.
  static func base(
    specials: [String] = ["<|end|>", "<|begin|>"], prefersWholePretokens: Bool = true,
    pattern: SplitPattern = .llama3,
    leads: [[UInt8]] = [[0xE0, 0xB0], [0xE0, 0xB1], [0xE0, 0xB2], [0xE0, 0xB3]]
  ) throws -> BPETokenizer {
    var vocabulary = Vocabulary()
    for byte in UInt8.min...UInt8.max { try vocabulary.add([byte], id: TokenID(byte)) }
    let space: [UInt8] = [0x20]
    var pairs: [([UInt8], [UInt8])] = [
      (space, [0xE0]), ([0xB3], [0xBB]), ([0xE0], [0xA4]), ([0xE0, 0xA4], [0xBE]), ([0x81], [0xE0]),
      (Array("t".utf8), Array("h".utf8)), (Array("th".utf8), Array("e".utf8)),
      (space, Array("the".utf8)), (space, space), (Array("i".utf8), Array("n".utf8)),
    ]
    pairs += leads.map { ([$0[0]], [$0[1]]) }
    pairs += leads.filter { $0[1] % 2 == 0 }.map { (space + [$0[0]], [$0[1]]) }
    var merges: [Merge] = []
    for (left, right) in pairs {
      let id = TokenID(vocabulary.endID)
      merges.append(
        Merge(
          left: vocabulary.id(of: left) ?? -1, right: vocabulary.id(of: right) ?? -1, result: id,
          rank: Int32(merges.count)))
      try vocabulary.add(left + right, id: id)
    }
    let added = specials.enumerated().map {
      AddedToken(id: TokenID(vocabulary.endID + 3 + $0), text: $1)
    }
    return try BPETokenizer(
      BPEDefinition(
        pretokenizer: Pretokenizer(pattern), vocabulary: vocabulary, merges: merges,
        prefersWholePretokens: prefersWholePretokens, addedTokens: added))
  }

  /// Sentences with words in both scripts, English, and a name with a case ending.
  static let sentences = [
    "ಕನ್ನಡ ಭಾಷೆಯು ದಕ್ಷಿಣ ಭಾರತದ ಒಂದು ಭಾಷೆ. ಕನ್ನಡಿಗರು ಕನ್ನಡ ಮಾತನಾಡುತ್ತಾರೆ.",
    "ಶ್ರೀಕೃಷ್ಣನು ಕನ್ನಡದಲ್ಲಿ ಹೇಳಿದನು: \"ಭಾಷೆ ನಮ್ಮದು\", the language.",
    "Googleನಲ್ಲಿ ಹುಡುಕಿ, ಬೆಂಗಳೂರಿನಲ್ಲಿ ೨೦೨೬ ರಲ್ಲಿ. ರಾಜ್‌ಕುಮಾರ್ ಅವರು ಕನ್ನಡದಲ್ಲಿ",
    "తెలుగు భాష దక్షిణ భారతదేశంలో ఒక భాష. తెలుగువారు తెలుగులో మాట్లాడతారు.",
    "శ్రీకృష్ణుడు తెలుగులో చెప్పాడు, the river in తెలుగు. హైదరాబాద్‌లో భాష",
  ]

  /// An extender that has read the sentences some times over.
  static func extender(
    _ base: BPETokenizer, add: Int = 400, balance: ExtensionOptions.Balance = .words,
    torn: Int = 0, order: [Int] = [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]
  ) throws -> VocabularyExtender {
    var extender = try VocabularyExtender(
      base, ExtensionOptions(tokenCount: add, balance: balance, tornAksharaPercent: torn))
    for index in order {
      Array(sentences[index].utf8).withUnsafeBufferPointer { extender.consume($0) }
    }
    return extender
  }

  /// What the sentences make of the base.
  static func extended(_ base: BPETokenizer, add: Int = 400) throws -> ExtendedVocabulary {
    try extender(base, add: add).extend()
  }

  /// Bytes without Kannada and Telugu characters that look like them as much as can be: other
  /// scripts with the same first byte, shared marks, the same continuation bytes behind other first
  /// bytes, torn sequences.
  static func foreignBytes(_ generator: inout SeededGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0...12, using: &generator) {
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: bytes += utf8(UInt32.random(in: 0x0900...0x0BFF, using: &generator))
      case 1: bytes += utf8(UInt32.random(in: 0x0D00...0x0FFF, using: &generator))
      case 2:
        bytes += utf8(
          [0x93D, 0x964, 0x965, 0x200C, 0x200D, 0x1CDA, 0x951].randomElement(using: &generator)
            ?? 32)
      case 3: bytes += utf8(UInt32.random(in: 0x20...0x24F, using: &generator))
      case 4: bytes += utf8(UInt32.random(in: 0x1_F300...0x1_F6FF, using: &generator))
      case 5:
        bytes +=
          [[0xE0], [0xE0, 0xB2], [0xE0, 0xB0, 0x41], [0xB2, 0x95], [0xE0, 0xB3], [0x95]]
          .randomElement(using: &generator) ?? []
      case 6: bytes += [UInt8(ascii: " ")]
      default:
        bytes += Array(
          [" the", "in", "123", "\n", "'s", ".", "1"].randomElement(using: &generator)?.utf8
            ?? "".utf8)
      }
    }
    return IndicScript(firstIn: bytes) == nil ? bytes : []
  }

  private static func utf8(_ codePoint: UInt32) -> [UInt8] {
    Unicode.Scalar(codePoint).map { Array(String(Character($0)).utf8) } ?? []
  }
}
