extension Value {
  /// What `str(value)` prints, in bytes; `nil` for what prints as an address in memory.
  package var printed: [UInt8]? {
    (try? PythonText.str(self))?.withBytes { Array($0) }
  }
}

/// `str` and `repr` of values, exactly as Python prints them.
enum PythonText {
  /// `str(value)`.
  ///
  /// - Throws: `unsupported` for what prints as an address in memory.
  static func str(_ value: Value) throws -> Text {
    switch value {
    case .text(let text): return text
    case .undefined: return .empty
    default: return try repr(value)
    }
  }

  /// `repr(value)`.
  static func repr(_ value: Value) throws -> Text {
    var builder = TextBuilder()
    try append(value, to: &builder, origin: .computed)
    return builder.text
  }

  private static func append(
    _ value: Value, to builder: inout TextBuilder, origin: Origin
  ) throws {
    switch value {
    case .undefined: builder.append("Undefined", origin: origin)
    case .null: builder.append("None", origin: origin)
    case .bool(let value): builder.append(value ? "True" : "False", origin: origin)
    case .integer(let value): builder.append("\(value)", origin: origin)
    case .float(let value): builder.append(PythonFloat.repr(value), origin: origin)
    case .text(let text): builder.append(quoted(text))
    case .list(let list): try append(list, to: &builder)
    case .dict(let dict): try append(dict, to: &builder)
    case .range(let range):
      let step = range.step == 1 ? "" : ", \(range.step)"
      builder.append("range(\(range.start), \(range.stop)\(step))", origin: origin)
    case .namespace(let namespace):
      builder.append("<Namespace {", origin: .computed)
      for (index, entry) in namespace.entries.enumerated() {
        if index > 0 { builder.append(", ", origin: .computed) }
        builder.append(quoted(entry.name))
        builder.append(": ", origin: .computed)
        try append(entry.value, to: &builder, origin: .computed)
      }
      builder.append("}>", origin: .computed)
    case .stream, .callable:
      throw JinjaError.unsupported("printing a \(value.typeName)")
    }
  }

  private static func append(_ list: ListValue, to builder: inout TextBuilder) throws {
    let (open, close) = brackets(of: list)
    builder.append(open, origin: list.origin)
    for (index, element) in list.elements.enumerated() {
      if index > 0 { builder.append(", ", origin: list.origin) }
      try append(element, to: &builder, origin: list.origin)
    }
    builder.append(close, origin: list.origin)
  }

  private static func brackets(of list: ListValue) -> (String, String) {
    switch list.kind {
    case .list: ("[", "]")
    case .tuple: ("(", list.elements.count == 1 ? ",)" : ")")
    case .keys, .values, .items: ("\(list.kind.typeName)([", "])")
    }
  }

  private static func append(_ dict: DictValue, to builder: inout TextBuilder) throws {
    builder.append("{", origin: dict.origin)
    for (index, entry) in dict.entries.enumerated() {
      if index > 0 { builder.append(", ", origin: dict.origin) }
      try append(entry.key, to: &builder, origin: dict.origin)
      builder.append(": ", origin: dict.origin)
      try append(entry.value, to: &builder, origin: dict.origin)
    }
    builder.append("}", origin: dict.origin)
  }

  /// `repr` of a string: in single quotes, unless only those stand in it.
  ///
  /// Source: Python 3, `unicode_repr`.
  static func quoted(_ text: Text) -> Text {
    let hasSingle = text.withBytes { $0.contains(UInt8(ascii: "'")) }
    let hasDouble = text.withBytes { $0.contains(UInt8(ascii: "\"")) }
    let quote: Unicode.Scalar = hasSingle && !hasDouble ? "\"" : "'"
    var builder = TextBuilder()
    let frame = text.head.replaced(by: [UInt8(quote.value)])
    if text.isMarkup { builder.append("Markup(", origin: .computed) }
    builder.append(frame)
    for piece in text.pieces where piece.count > 0 {
      let scalars = piece.withBytes { String(decoding: $0, as: UTF8.self).unicodeScalars }
      var escaped = ""
      for scalar in scalars { escaped += escape(scalar, quote: quote) }
      builder.append(Array(escaped.utf8), like: piece)
    }
    builder.append(frame)
    if text.isMarkup { builder.append(")", origin: .computed) }
    return builder.text
  }

  private static func escape(_ scalar: Unicode.Scalar, quote: Unicode.Scalar) -> String {
    switch scalar {
    case quote, "\\": return "\\" + String(scalar)
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default: break
    }
    if scalar.isPythonPrintable { return String(scalar) }
    func hex(_ letter: String, _ count: Int) -> String {
      let digits = String(scalar.value, radix: 16)
      return "\\" + letter + String(repeating: "0", count: count - digits.count) + digits
    }
    return scalar.value < 0x100
      ? hex("x", 2) : scalar.value < 0x10000 ? hex("u", 4) : hex("U", 8)
  }
}
