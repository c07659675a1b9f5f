/// Why a normalizer changed a place.
public enum SpellingRule: String, Sendable, CaseIterable, Comparable {
  /// `nfc`: Unicode's form C; two-part vowel signs become one (ಕ + ೆ + ೕ → ಕೇ).
  case formC = "nfc"
  /// `vowel_sequence`: a vowel spelt as a sequence that Unicode says not to use (ಒ + ೌ → ಔ).
  case vowelSequence = "vowel_sequence"
  /// `nukta_order`: a nukta behind a vowel sign, put behind its consonant.
  case nuktaOrder = "nukta_order"
  /// `nukta`: a nukta left out.
  case nukta
  /// `joiner`: a ZWJ or ZWNJ without effect left out.
  case joiner
  /// `digit`: a Kannada or Telugu digit written as 0–9.
  case digit
  /// `danda`: a danda on a reserved place put on its own, or written as a full stop.
  case danda
  /// `space`: a no-break space written as a space.
  case space

  /// In the order of the list above.
  public static func < (left: SpellingRule, right: SpellingRule) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}
