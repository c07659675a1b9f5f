internal import CICU

/// One of Unicode's four normalization forms.
///
/// Source: UAX #15, with the tables of ICU.
public enum NormalizationForm: String, Sendable, Hashable, CaseIterable {
  /// Composed.
  case nfc = "NFC"
  /// Decomposed.
  case nfd = "NFD"
  /// Composed, compatibility characters replaced.
  case nfkc = "NFKC"
  /// Decomposed, compatibility characters replaced.
  case nfkd = "NFKD"

  private var code: cicu_form {
    switch self {
    case .nfc: CICU_FORM_NFC
    case .nfd: CICU_FORM_NFD
    case .nfkc: CICU_FORM_NFKC
    case .nfkd: CICU_FORM_NFKD
    }
  }

  /// Whether text can be cut before `scalar`, so that both sides normalize by themselves.
  public func hasBoundary(before scalar: UInt32) -> Bool {
    cicu_form_has_boundary_before(code, scalar) != 0
  }

  /// The form of a text; `nil` where ICU cannot make it: of text that is not UTF-8, or of more than
  /// 100 MiB in one piece.
  public func normalized(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    // Most pieces are one character; one that grows beyond this is done again with enough room.
    var capacity = 2 * text.count + 16
    while true {
      var length = Int.max
      let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        // ICU's failure, SIZE_MAX, arrives as −1.
        length = cicu_form_normalize(
          code, text.baseAddress, text.count, buffer.baseAddress, buffer.count)
        count = length <= buffer.count && length >= 0 ? length : 0
      }
      if length <= capacity { return length >= 0 ? bytes : nil }
      capacity = length
    }
  }
}
