/// What the characters of Nudi's and Baraha's fonts draw.
///
/// A font has a glyph for each consonant's body, one for the consonant with ಿ, and glyphs for vowel
/// signs and for the consonants below. Source: NudiBarahaMapping.json of KannadaAsciiUnicodeSDK
/// (github.com/kagapa-blr/KannadaAsciiUnicodeSDK, MIT licence), from whose 714 sequences this table
/// was read off; the tests decode every one of them.
enum NudiGlyphs {
  /// Consonants without a vowel sign, or with that of `a`.
  static let bodies: [UnicodeScalar: UnicodeScalar] = [
    "P": "ಕ", "R": "ಖ", "S": "ಖ", "U": "ಗ", "W": "ಘ", "Y": "ಙ", "Z": "ಚ", "b": "ಛ", "d": "ಜ",
    "e": "ಜ", "k": "ಞ", "l": "ಟ", "m": "ಟ", "o": "ಠ", "q": "ಡ", "t": "ಣ", "u": "ಣ", "v": "ತ",
    "x": "ಥ", "z": "ದ", "£": "ನ", "¥": "ಪ", "§": "ಬ", "¨": "ಬ", "g": "ರ", "¾": "ಱ", "®": "ಲ",
    "¯": "ಲ", "ª": "ವ", "±": "ಶ", "µ": "ಷ", "μ": "ಷ", "¸": "ಸ", "º": "ಹ", "¼": "ಳ", "¿": "ೞ",
  ]

  /// Consonants with ಿ.
  static let bodiesWithI: [UnicodeScalar: UnicodeScalar] = [
    "Q": "ಕ", "T": "ಖ", "V": "ಗ", "X": "ಘ", "a": "ಚ", "c": "ಛ", "f": "ಜ", "n": "ಟ", "p": "ಠ",
    "r": "ಡ", "w": "ತ", "y": "ಥ", "¢": "ದ", "¤": "ನ", "¦": "ಪ", "©": "ಬ", "¬": "ಯ", "j": "ರ",
    "°": "ಲ", "«": "ವ", "²": "ಶ", "¶": "ಷ", "¹": "ಸ", "»": "ಹ", "½": "ಳ",
  ]

  /// Bodies that become another letter with `s` behind them, or with `ü` behind the form with ಿ.
  static let aspirated: [UnicodeScalar: UnicodeScalar] = ["ದ": "ಧ", "ಡ": "ಢ", "ಪ": "ಫ", "ಬ": "ಭ"]

  /// Independent vowels.
  static let vowels: [UnicodeScalar: UnicodeScalar] = [
    "C": "ಅ", "D": "ಆ", "E": "ಇ", "F": "ಈ", "G": "ಉ", "H": "ಊ", "J": "ಎ", "K": "ಏ", "L": "ಐ",
    "M": "ಒ", "N": "ಓ", "O": "ಔ",
  ]

  /// Consonants below.
  static let below: [UnicodeScalar: UnicodeScalar] = [
    "Ì": "ಕ", "Í": "ಖ", "Î": "ಗ", "Ï": "ಘ", "Ð": "ಙ", "Õ": "ಞ", "Ñ": "ಚ", "Ò": "ಛ", "Ó": "ಜ",
    "Ô": "ಝ", "Ö": "ಟ", "×": "ಠ", "Ø": "ಡ", "Ù": "ಢ", "Ú": "ಣ", "Û": "ತ", "Ü": "ಥ", "Ý": "ದ",
    "Þ": "ಧ", "ß": "ನ", "à": "ಪ", "á": "ಫ", "â": "ಬ", "ã": "ಭ", "ä": "ಮ", "å": "ಯ", "æ": "ರ",
    "ç": "ರ", "è": "ಲ", "é": "ವ", "ê": "ಶ", "ë": "ಷ", "ì": "ಸ", "í": "ಹ", "î": "ಳ",
  ]

  /// Glyphs of vowel signs, of the virama, and joints that draw nothing by themselves.
  static let signs: Set<UnicodeScalar> = [
    "À", "Á", "Â", "Ã", "Ä", "Å", "Æ", "Ç", "È", "É", "Ê", "Ë", "ï", "ø", "ó", "õ", "ö", "÷",
  ]

  /// Glyphs that hardly any other text is full of: signs, and bodies above ASCII.
  static let core = signs.union(bodies.keys.filter { $0.value >= 0xA0 }).union(
    bodiesWithI.keys.filter { $0.value >= 0xA0 })

  /// Bodies that need no sign to be seen as the consonant with `a`.
  static let whole: Set<UnicodeScalar> = ["R", "Y", "d", "k", "l", "t", "§", "®", "¾", "¿"]

  /// Sequences whose reading does not follow from their glyphs, as the source has them; the longest
  /// first.
  static let exceptions: [(glyphs: [UnicodeScalar], text: String)] = [
    ("CgÀÏ å", "ಅರ\u{200D}್ಘ್ಯ"), ("gÀÙ É", "ರ\u{200D}್ಢ್ಯ"), ("gÀæ å", "ರ\u{200D}್ರ್ಯ"), ("zsÀÞ", "ದ್ಧ"),
    ("qsÀÙ", "ಢ್ಠ"), ("vÀåð", "ತ್ರ್ಯ"),
    ("dåð", "ಜ್ರ್ಯ"), ("IÆ2", "ೠ"), ("gÀæ", "ರ್ರ"),
  ].map { (Array($0.0.unicodeScalars), $0.1) }
}
