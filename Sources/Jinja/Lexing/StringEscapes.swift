/// The escapes of Python's string literals, which are Jinja's.
///
/// Source: Python 3, codec `unicode-escape`.
enum StringEscapes {
  private static let simple: [Unicode.Scalar: Unicode.Scalar] = [
    "\\": "\\", "'": "'", "\"": "\"", "a": "\u{07}", "b": "\u{08}", "f": "\u{0C}", "n": "\n",
    "r": "\r", "t": "\t", "v": "\u{0B}",
  ]

  /// The text that a literal's inside stands for.
  ///
  /// - Throws: `syntax` for a broken escape, `unsupported` for surrogates and named characters.
  static func decoded(_ literal: ArraySlice<Unicode.Scalar>, line: Int) throws -> String {
    var result = String.UnicodeScalarView()
    var index = literal.startIndex
    while index < literal.endIndex {
      let scalar = literal[index]
      index += 1
      guard scalar == "\\", index < literal.endIndex else {
        result.append(scalar)
        continue
      }
      let escape = literal[index]
      index += 1
      if let plain = simple[escape] {
        result.append(plain)
      } else if escape == "\n" {
        continue
      } else if let digits = ["x": 2, "u": 4, "U": 8][escape] {
        result.append(try scalarValue(literal, &index, digits: digits, line: line))
      } else if ("0"..."7").contains(escape) {
        index -= 1
        result.append(octal(literal, &index))
      } else if escape == "N" {
        throw JinjaError(.unsupported, "the escape `\\N{…}` is not supported", line: line)
      } else {
        result.append("\\")
        result.append(escape)
      }
    }
    return String(result)
  }

  private static func scalarValue(
    _ literal: ArraySlice<Unicode.Scalar>, _ index: inout Int, digits: Int, line: Int
  ) throws -> Unicode.Scalar {
    var text = ""
    text.unicodeScalars.append(contentsOf: literal[index...].prefix(digits))
    guard text.unicodeScalars.count == digits, let value = UInt32(text, radix: 16) else {
      throw JinjaError(.syntax, "an escape in a string is cut off", line: line)
    }
    index += digits
    guard let scalar = Unicode.Scalar(value) else {
      throw JinjaError(.unsupported, "the escape of a surrogate is not supported", line: line)
    }
    return scalar
  }

  private static func octal(
    _ literal: ArraySlice<Unicode.Scalar>, _ index: inout Int
  ) -> Unicode.Scalar {
    var value: UInt32 = 0
    let end = min(index + 3, literal.endIndex)
    while index < end, ("0"..."7").contains(literal[index]) {
      value = value * 8 + (literal[index].value - 0x30)
      index += 1
    }
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }
}
