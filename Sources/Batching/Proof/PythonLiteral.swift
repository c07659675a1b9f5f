internal import Artifacts

/// Reads what Python prints for a list of JSON values, as templates write one that they do not spell
/// themselves.
///
///     [{'type': 'text', 'text': "it's\n"}]   is   [{"type": "text", "text": "it's\n"}]
///
/// Source: Python 3 `unicode_repr`: either quote, `\\`, `\'`, `\n`, `\r`, `\t`, `\xhh`, `\uhhhh` and
/// `\Uhhhhhhhh` for what cannot be printed, everything else as it is.
struct PythonLiteral {
  private var rest: ArraySlice<UInt8>
  private var json: [UInt8] = []

  private static let backslash = UInt8(ascii: "\\")
  private static let words: [(python: [UInt8], json: [UInt8])] = [
    ("True", "true"), ("False", "false"), ("None", "null"),
  ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

  private init(_ text: [UInt8]) { rest = text[...] }

  /// The value; `nil` if the text is none.
  static func value(of text: [UInt8]) -> JSONValue? {
    var literal = PythonLiteral(text)
    return literal.rewrite() ? try? JSONValue(parsing: literal.json) : nil
  }

  /// Writes all of it as JSON.
  private mutating func rewrite() -> Bool {
    while let byte = rest.first {
      if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        guard let text = string() else { return false }
        json += JSONValue.string(String(decoding: text, as: UTF8.self)).compact
      } else if let word = Self.words.first(where: { rest.starts(with: $0.python) }) {
        rest = rest.dropFirst(word.python.count)
        json += word.json
      } else {
        json.append(rest.removeFirst())
      }
    }
    return true
  }

  /// What the quoted text says that begins here; `nil` if it does not end.
  private mutating func string() -> [UInt8]? {
    let quote = rest.removeFirst()
    var text: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == quote { return text }
      guard byte == Self.backslash else {
        text.append(byte)
        continue
      }
      guard let character = escaped() else { return nil }
      text += Array(String(character).utf8)
    }
    return nil
  }

  /// The character behind a backslash.
  private mutating func escaped() -> Unicode.Scalar? {
    guard let byte = rest.popFirst() else { return nil }
    switch byte {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "x"): return character(digits: 2)
    case UInt8(ascii: "u"): return character(digits: 4)
    case UInt8(ascii: "U"): return character(digits: 8)
    case Self.backslash, UInt8(ascii: "'"), UInt8(ascii: "\""): return Unicode.Scalar(byte)
    default: return nil
    }
  }

  private mutating func character(digits: Int) -> Unicode.Scalar? {
    let number = rest.prefix(digits)
    rest = rest.dropFirst(digits)
    guard number.count == digits else { return nil }
    return UInt32(String(decoding: number, as: UTF8.self), radix: 16).flatMap(Unicode.Scalar.init)
  }
}
