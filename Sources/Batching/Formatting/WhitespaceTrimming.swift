extension String {
  /// The string without white space at both ends, exactly as Python's `str.strip()` and so Jinja's
  /// `trim` do it. ZWJ, ZWNJ and the byte order mark are not white space and stay.
  ///
  /// Source: Python 3 `Objects/unicodetype_db.h`, `_PyUnicode_IsWhitespace`: bidirectional class
  /// WS, B or S, or category Zs.
  func trimmingWhitespaceAsPython() -> String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.isPythonWhitespace }),
      let last = scalars.lastIndex(where: { !$0.isPythonWhitespace })
    else { return "" }
    if first == scalars.startIndex && scalars.index(after: last) == scalars.endIndex {
      return self
    }
    return String(scalars[first...last])
  }

  /// The string without white space at its end, as Python's `str.rstrip()` does it.
  func trimmingWhitespaceAtEndAsPython() -> String {
    let scalars = unicodeScalars
    guard let last = scalars.lastIndex(where: { !$0.isPythonWhitespace }) else { return "" }
    return scalars.index(after: last) == scalars.endIndex ? self : String(scalars[...last])
  }
}

extension Unicode.Scalar {
  /// Whether Python's `str.isspace()` holds for this character.
  var isPythonWhitespace: Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default: false
    }
  }
}
