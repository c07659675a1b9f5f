/// What a text is transliterated to, named as on the command line.
public enum TransliterationTarget: String, Sendable, CaseIterable {
  /// Kannada script.
  case kannada = "kn"
  /// Telugu script.
  case telugu = "te"
  /// Latin letters after ISO 15919, from Kannada and Telugu.
  case iso15919
  /// The Latin letters of everyday messages, from Kannada and Telugu.
  case roman
}

/// How Latin letters stand for a script, named as on the command line.
public enum RomanScheme: String, Sendable, CaseIterable {
  /// As people write messages.
  case roman
  /// After ISO 15919.
  case iso15919
}
