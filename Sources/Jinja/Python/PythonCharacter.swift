/// What Python's `str` methods ask about single characters.
extension Unicode.Scalar {
  /// `str.isspace()`.
  ///
  /// Source: Python 3 `Objects/unicodetype_db.h`, `_PyUnicode_IsWhitespace`: bidirectional class
  /// WS, B or S, or category Zs.
  var isPythonSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default: false
    }
  }

  /// Whether `str.splitlines()` cuts here.
  var isPythonLineBreak: Bool {
    switch value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// `str.isprintable()`: what `repr` writes as it is.
  var isPythonPrintable: Bool {
    if value == 0x20 { return true }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator:
      return false
    default: return true
    }
  }

  /// `str.isalpha()`.
  var isPythonAlpha: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  /// `str.isdigit()`.
  var isPythonDigit: Bool {
    properties.numericType == .decimal || properties.numericType == .digit
  }

  /// `str.isdecimal()`.
  var isPythonDecimal: Bool { properties.numericType == .decimal }

  /// `str.isnumeric()`.
  var isPythonNumeric: Bool { properties.numericType != nil }

  /// `str.isalnum()`.
  var isPythonAlphanumeric: Bool { isPythonAlpha || isPythonNumeric }

  /// Whether a name in a template may hold it: Python's `\w`.
  var isPythonWord: Bool { value == 0x5F || isPythonAlphanumeric }

  /// Whether it has case: what `title` and `istitle` look at.
  var isPythonCased: Bool { properties.isCased }
}
