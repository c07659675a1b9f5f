internal import CICU

/// Unicode's normalization form C, with the places that it changes.
///
/// Source: UAX #15, with the tables of ICU.
public enum NFC {
  /// One place that normalization changes.
  public struct Edit: Sendable, Equatable {
    /// Where it begins, in bytes of the text before.
    public let offset: Int
    /// What stood there.
    public let before: String
    /// What stands there now.
    public let after: String
  }

  /// A normalized text.
  public struct Result: Sendable, Equatable {
    /// The text in form C.
    public let text: String
    /// What was changed, in order; empty if the text was in form C.
    public let edits: [Edit]
  }

  /// Whether a text is in form C.
  ///
  /// A text of more than 512 MiB, which ICU cannot take in one piece, is checked in pieces.
  public static func isNormalized(_ text: String) -> Bool {
    var text = text
    let answer = text.withUTF8 { cicu_nfc_is_normalized($0.baseAddress, $0.count) }
    return answer >= 0 ? answer == 1 : normalized(text).edits.isEmpty
  }

  /// A text in form C, and what that changed.
  ///
  /// ```
  /// NFC.normalized("ಕೇ" as U+0C95 U+0CC6 U+0CD5)  // U+0C95 U+0CC7, one edit at byte 0
  /// ```
  public static func normalized(_ text: String) -> Result {
    if isInFormC(text) { return Result(text: text, edits: []) }
    var result = ""
    var edits: [Edit] = []
    var offset = 0
    for piece in pieces(of: text) {
      let normal = normalizedPiece(piece)
      if !normal.utf8.elementsEqual(piece.utf8) {
        edits.append(Edit(offset: offset, before: piece, after: normal))
      }
      result += normal
      offset += piece.utf8.count
    }
    return Result(text: result, edits: edits)
  }

  private static func isInFormC(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { cicu_nfc_is_normalized($0.baseAddress, $0.count) } == 1
  }

  /// A text cut wherever both sides normalize by themselves: mostly single characters.
  private static func pieces(of text: String) -> [String] {
    var pieces: [String] = []
    var piece = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if !piece.isEmpty && cicu_nfc_has_boundary_before(scalar.value) != 0 {
        pieces.append(String(piece))
        piece.removeAll()
      }
      piece.append(scalar)
    }
    if !piece.isEmpty { pieces.append(String(piece)) }
    return pieces
  }

  private static func normalizedPiece(_ piece: String) -> String {
    var piece = piece
    let bytes = piece.withUTF8 { source in
      // Form C makes UTF-8 at most three times as long (UAX #15, "Maximum expansion factor").
      [UInt8](unsafeUninitializedCapacity: 3 * source.count + 1) { buffer, count in
        let length = cicu_nfc_normalize(
          source.baseAddress, source.count, buffer.baseAddress, buffer.count)
        count = length <= buffer.count ? length : 0
      }
    }
    return bytes.isEmpty ? piece : String(decoding: bytes, as: UTF8.self)
  }
}
