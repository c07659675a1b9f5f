internal import Artifacts

/// JSON as Python's `json.dumps(value, ensure_ascii=False)` writes it, which is what `tojson` is in
/// transformers' chat templates: a space behind `,` and `:`, keys in their order, only `"`, `\`, and
/// control characters escaped.
///
/// Source: CPython 3.11, `Lib/json/encoder.py`; transformers 5.17, `utils/chat_template_utils.py`.
enum PythonJSON {
  /// A value on one line, or with `indent` on several.
  static func text(_ value: JSONValue, indent: Int? = nil) -> String {
    var text = ""
    write(value, indent: indent, depth: 0, to: &text)
    return text
  }

  private static func write(
    _ value: JSONValue, indent: Int?, depth: Int, to text: inout String
  ) {
    switch value {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += number(value)
    case .string(let value): write(value, to: &text)
    case .array(let values):
      list(values, "[", "]", indent, depth, to: &text) { value, text in
        write(value, indent: indent, depth: depth + 1, to: &text)
      }
    case .object(let object):
      list(object.pairs, "{", "}", indent, depth, to: &text) { pair, text in
        write(pair.key, to: &text)
        text += ": "
        write(pair.value, indent: indent, depth: depth + 1, to: &text)
      }
    }
  }

  private static func list<Element>(
    _ elements: [Element], _ open: String, _ close: String, _ indent: Int?, _ depth: Int,
    to text: inout String, _ write: (Element, inout String) -> Void
  ) {
    func line(_ depth: Int) -> String {
      indent.map { "\n" + String(repeating: " ", count: $0 * depth) } ?? ""
    }
    text += open
    for (index, element) in elements.enumerated() {
      if index > 0 { text += indent == nil ? ", " : "," }
      text += line(depth + 1)
      write(element, &text)
    }
    if !elements.isEmpty { text += line(depth) }
    text += close
  }

  /// The shortest digits that read back as the same number, as `repr` gives them: Swift's are the
  /// same but for the names of what is no number.
  private static func number(_ value: Double) -> String {
    value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : "\(value)"
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar.value {
      case 0x22: text += "\\\""
      case 0x5C: text += "\\\\"
      case 0x0A: text += "\\n"
      case 0x0D: text += "\\r"
      case 0x09: text += "\\t"
      case 0x08: text += "\\b"
      case 0x0C: text += "\\f"
      case 0x00...0x1F:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
