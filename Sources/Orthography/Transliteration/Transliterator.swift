internal import COrthographyModels

/// What a word may be in the other script.
public struct TransliterationCandidate: Sendable, Equatable {
  /// The word.
  public var text: String
  /// How likely it is, in nats: a log probability with a bonus for frequent words; more is better.
  public var score: Double
}

/// Transliterates between Kannada or Telugu script and the Latin letters of everyday messages, both
/// ways, by what people wrote.
///
/// ```
/// bengaluru → ಬೆಂಗಳೂರು        ಕನ್ನಡ → kannada
/// ```
///
/// Latin letters leave open what the script says (vowel length, retroflexes), so a word has several
/// candidates. How often the first one is right stands in `docs/ORTHOGRAPHY.md`. `ISO15919` is the exact way.
public struct Transliterator: Sendable {
  /// The language.
  public let language: TransliterationLanguage
  private let model: PairModel?

  private static let kannada = PairModel(bytes(corthography_transliteration_kannada))
  private static let telugu = PairModel(bytes(corthography_transliteration_telugu))

  /// Words of more letters or units stay as they are: nobody writes such.
  static let longestWord = 64

  /// A transliterator; the model is part of the program.
  public init(_ language: TransliterationLanguage) {
    self.language = language
    model =
      switch language {
      case .kannada: Self.kannada
      case .telugu: Self.telugu
      }
  }

  private static func bytes(
    _ model: (UnsafeMutablePointer<Int>) -> UnsafePointer<UInt8>
  ) -> UnsafeRawBufferPointer {
    var count = 0
    let base = model(&count)
    return UnsafeRawBufferPointer(start: base, count: count)
  }

  /// The likeliest native words for a word in Latin letters, the best first.
  ///
  /// - Parameters:
  ///   - roman: letters A to Z of either case; other words have no candidates.
  ///   - limit: how many at most.
  /// - Complexity: O(n) in the letters, about 0.5 ms a word.
  public func nativeCandidates(_ roman: some StringProtocol, limit: Int = 5)
    -> [TransliterationCandidate]
  {
    let letters = roman.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    guard letters.allSatisfy({ (0x61...0x7A).contains($0) }) else { return [] }
    return candidates(letters.map { [$0] }, from: .latin, limit)
  }

  /// The likeliest spellings in Latin letters of a word in the language's script, the best first.
  ///
  /// - Parameters:
  ///   - native: letters, signs and joiners of the script; other words have no candidates.
  ///   - limit: how many at most.
  public func romanCandidates(_ native: some StringProtocol, limit: Int = 5)
    -> [TransliterationCandidate]
  {
    candidates(units(of: native), from: .native, limit)
  }

  /// What each letter of an unknown word costs, in nats: more than any that is known.
  private static let unknownLetter = 10.0

  /// A word as ISO 15919 spells it, without its accents: for one with a letter that the data lack, which has
  /// no candidates. `nil` for words that are none of the script, or too long.
  func spelled(_ native: String) -> TransliterationCandidate? {
    let exact = ISO15919(language).roman(native)
    let letters = RomanizedLanguageModel.folded(exact[...]).filter { $0 != UInt8(ascii: ":") }
    guard !letters.isEmpty, units(of: native).count <= Self.longestWord,
      letters.allSatisfy({ (0x61...0x7A).contains($0) })
    else { return nil }
    return TransliterationCandidate(
      text: String(decoding: letters, as: UTF8.self).replacing("c", with: "ch"),
      score: -Self.unknownLetter * Double(native.unicodeScalars.count))
  }

  private func candidates(
    _ pieces: [[UInt8]], from side: PairModel.Side, _ limit: Int
  ) -> [TransliterationCandidate] {
    guard let model, !pieces.isEmpty, pieces.count <= Self.longestWord else { return [] }
    var beam = PairBeam(model, from: side)
    return beam.candidates(pieces).lazy.filter { !$0.text.isEmpty }.prefix(max(0, limit)).map {
      TransliterationCandidate(
        text: String(decoding: $0.text, as: UTF8.self),
        score: -Double($0.cost) * Double(model.step))
    }
  }

  /// A consonant and its virama are one unit, joiners belong to what stands before them.
  private func units(of word: some StringProtocol) -> [[UInt8]] {
    var units: [[UInt8]] = []
    for scalar in word.unicodeScalars {
      let isAttached = scalar.value == language.virama || [0x200C, 0x200D].contains(scalar.value)
      if isAttached, !units.isEmpty {
        units[units.count - 1] += Array(String(scalar).utf8)
      } else {
        units.append(Array(String(scalar).utf8))
      }
    }
    return units
  }
}
