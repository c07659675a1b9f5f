/// What the name of a font says about the text that is set in it.
///
/// Before Unicode, fonts showed Kannada and Telugu shapes for Latin letters: a run in such a font
/// spells nothing that its characters say.
enum LegacyFont: Equatable {
  /// Text is text.
  case none
  /// Nudi's and Baraha's encoding of Kannada, which can be decoded.
  case nudi
  /// Another encoding, which Akshara cannot read.
  case unknown(String)

  init(named name: String) {
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    let joined = words.joined()
    // Their makers' Unicode fonts have the same first names.
    let isUnicode =
      words.contains { ["uni", "unicode"].contains($0) }
      || Self.unicodeFonts.contains(where: joined.hasPrefix)
    if isUnicode {
      self = .none
    } else if Self.nudiFonts.contains(where: joined.hasPrefix) {
      self = .nudi
    } else if Self.otherFonts.contains(where: joined.hasPrefix) {
      self = .unknown(name)
    } else {
      self = .none
    }
  }

  /// Fonts of the Nudi and Baraha programs in the encoding of KGP (Kannada Ganaka Parishat).
  private static let nudiFonts = [
    "nudi", "brhkan", "brhkas", "brhkai", "brhven", "brhvij", "brhamer",
    "brhbeng", "brhsiri", "brhsirig", "baraha",
  ]

  /// Unicode fonts whose names begin like legacy ones.
  private static let unicodeFonts = ["nudiuni", "nudiparijatha", "barahauni", "akrutiuni"]

  /// Other encodings in use for Kannada and Telugu, by the beginning of their fonts' names.
  private static let otherFonts = [
    "shreekan", "shreetel", "shreelipi", "akruti", "aprakash", "prakashak", "kuvempu", "surikan",
    "kgpkan", "ckannada", "brhtel", "brhdev", "anupama", "anuradha", "anutel", "apanutel", "eenadu",
    "vaarttha", "vartha", "hemalatha", "tikkana", "telugulipi", "sritelugu", "pallavi", "priyaanka",
    "dvtt", "dvbtt", "tltt", "kntt", "wtelugu", "swarna", "manjusha", "goutami",
  ]
}
