/// What a code point is to the akshara rules.
///
/// Up to `hangulLVT` these are the values of `Grapheme_Cluster_Break` (UAX #29, table 2); the rest
/// come from `Indic_Syllabic_Category` and exist only in the scripts of `ConjunctScript`.
enum AksharaClass: UInt8, CaseIterable, Sendable {
  /// Letters, digits, punctuation, symbols: each begins a cluster.
  case other
  case carriageReturn
  case lineFeed
  /// Controls and line separators, and bytes that are not UTF-8.
  case control
  /// A mark that belongs to what stands before it: nukta, accents, Vedic signs.
  case extend
  /// ZERO WIDTH JOINER, U+200D.
  case joiner
  /// ZERO WIDTH NON-JOINER, U+200C. To grapheme clusters it is an `extend`.
  case nonJoiner
  case spacingMark
  case prepend
  case regionalIndicator
  case pictographic
  case hangulL
  case hangulV
  case hangulT
  case hangulLV
  case hangulLVT
  /// A consonant with its inherent vowel.
  case consonant
  /// An independent vowel, or a consonant that never has a vowel (ೝ, ౝ, the chillus of Malayalam).
  case vowel
  /// A consonant that stacks the next one below itself without a virama (ೱ, ೲ).
  case stacker
  case virama
  /// A dependent vowel, or the length mark that is the second part of one.
  case vowelSign
  /// Anusvara, candrabindu or visarga that Unicode takes for a mark.
  case finalMark
  /// Candrabindu or anusvara that Unicode takes for a letter (ಀ), yet stands after its syllable.
  case finalLetter
}

/// A script in which virama joins consonants to one akshara: the six of UAX #29's rule GB9c, and
/// Kannada, which that rule leaves out.
enum ConjunctScript: UInt8, CaseIterable, Sendable {
  /// Any other script.
  case none
  case kannada
  case telugu
  case devanagari
  case bengali
  case gujarati
  case oriya
  case malayalam

  /// The script's place in this list.
  init(_ script: Script) {
    switch script.code {
    case "Knda": self = .kannada
    case "Telu": self = .telugu
    case "Deva": self = .devanagari
    case "Beng": self = .bengali
    case "Gujr": self = .gujarati
    case "Orya": self = .oriya
    case "Mlym": self = .malayalam
    default: self = .none
    }
  }
}

/// A class together with its script, in one byte.
struct AksharaSymbol: Sendable, Hashable {
  /// The class in the low five bits, the script in the high three.
  let rawValue: UInt8

  init(rawValue: UInt8) { self.rawValue = rawValue }

  init(_ kind: AksharaClass, _ script: ConjunctScript = .none) {
    rawValue = kind.rawValue | script.rawValue << 5
  }

  /// The class; `other` for the bit patterns that name none.
  var kind: AksharaClass { AksharaClass(rawValue: rawValue & 31) ?? .other }

  /// The script; `none` for every class that is the same in all scripts.
  var script: ConjunctScript { ConjunctScript(rawValue: rawValue >> 5) ?? .none }
}
