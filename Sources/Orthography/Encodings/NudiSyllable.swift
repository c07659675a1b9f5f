/// One syllable while its glyphs are read.
struct NudiSyllable {
  /// The vowel that the signs so far make.
  enum Vowel: String {
    case a = ""
    case aa = "ಾ"
    case i = "ಿ"
    case ii = "ೀ"
    case u = "ು"
    case uu = "ೂ"
    case vocalicR = "ೃ"
    case e = "ೆ"
    case ee = "ೇ"
    case ai = "ೈ"
    case o = "ೊ"
    case oo = "ೋ"
    case au = "ೌ"
    case none = "್"
  }

  var letter: UnicodeScalar
  var vowel = Vowel.a
  /// The consonants below.
  var below: [UnicodeScalar] = []
  /// Whether an arkavattu follows: a ರ that is spoken first.
  var hasArkavattu = false
  /// Anusvara or visarga.
  var final: UnicodeScalar?
  /// Whether a stroke that belongs to the letter (of ಮ, ಯ, ಝ) is still to come.
  var awaitsStroke = false
  /// Whether signs have come.
  var hasSigns = false

  init(_ letter: UnicodeScalar) { self.letter = letter }

  /// The syllable in Unicode's order.
  var text: String {
    var scalars = String.UnicodeScalarView()
    if hasArkavattu { scalars += ["ರ", "್"] }
    scalars.append(letter)
    // A ರ drawn whole with a consonant below: ZWJ keeps it (The Unicode Standard 15.0, §12.8).
    if letter == "ರ", !below.isEmpty { scalars.append("\u{200D}") }
    for consonant in below { scalars += ["್", consonant] }
    scalars += vowel.rawValue.unicodeScalars
    if let final { scalars.append(final) }
    return String(scalars)
  }

  /// Adds a sign; `false` where it has no place.
  mutating func add(_ sign: UnicodeScalar) -> Bool {
    hasSigns = true
    switch sign {
    case "À", "ó", "õ", "ö", "÷": break
    case "Á": vowel = .aa
    case "Â": vowel = .i
    case "Ã": lengthen()
    case "Ä", "Å": return addStroke(isPlain: sign == "Ä")
    case "Æ", "Ç": addLoop(isPlain: sign == "Æ")
    case "È", "ø": vowel = .vocalicR
    case "É": vowel = .e
    case "Ê": vowel = .ai
    case "Ë": vowel = .au
    case "ï": vowel = .none
    default: return false
    }
    return true
  }

  private mutating func lengthen() {
    switch vowel {
    case .e: vowel = .ee
    case .o: vowel = .oo
    default: vowel = .ii
    }
  }

  /// Ä: the last stroke of ಮ, ಯ and ಝ, else the vowel u. ವ with it is ಮ; its own u is Å.
  private mutating func addStroke(isPlain: Bool) -> Bool {
    if awaitsStroke {
      awaitsStroke = false
    } else if letter == "ವ", isPlain, below.isEmpty {
      letter = "ಮ"
    } else if vowel == .a {
      vowel = .u
    } else {
      return false
    }
    return true
  }

  /// Æ: the vowel uu, or with e the vowel o. ವ with it is ಮೊ; its own is Ç.
  private mutating func addLoop(isPlain: Bool) {
    if vowel == .e {
      if letter == "ವ", isPlain, below.isEmpty { letter = "ಮ" }
      vowel = .o
      awaitsStroke = false
    } else {
      vowel = .uu
    }
  }
}
