/// A language that Akshara writes in its own script and in Latin letters.
public enum TransliterationLanguage: String, Sendable, CaseIterable {
  /// Kannada.
  case kannada = "kn"
  /// Telugu.
  case telugu = "te"

  /// The script of the language.
  public var script: Script {
    switch self {
    case .kannada: .kannada
    case .telugu: .telugu
    }
  }

  /// The first code point of the script's block; both blocks have the same layout (Unicode §12.8).
  var base: UInt32 {
    switch self {
    case .kannada: 0xC80
    case .telugu: 0xC00
    }
  }

  var virama: UInt32 { base + 0x4D }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    (base..<base + 0x80).contains(scalar.value)
  }
}
