/// The part behind the colon of `{:>5}`, or between `%` and the letter of `%5d`.
struct FormatSpecification {
  var fill: Unicode.Scalar = " "
  var align: Unicode.Scalar?
  var sign: Unicode.Scalar?
  var groupsThousands = false
  var width = 0
  var precision: Int?
  var type: Unicode.Scalar?

  init() {}

  /// Reads `[[fill]align][sign][0][width][,][.precision][type]`.
  ///
  /// - Throws: `unsupported` for anything else.
  init(_ text: String) throws {
    var rest = ArraySlice(text.unicodeScalars)
    let aligns: Set<Unicode.Scalar> = ["<", ">", "^", "="]
    if rest.count > 1, aligns.contains(rest[rest.startIndex + 1]) {
      fill = rest.removeFirst()
      align = rest.removeFirst()
    } else if let first = rest.first, aligns.contains(first) {
      align = rest.removeFirst()
    }
    if let first = rest.first, first == "+" || first == "-" || first == " " {
      sign = rest.removeFirst()
    }
    if rest.first == "0" {
      rest.removeFirst()
      if align == nil { (fill, align) = ("0", "=") }
    }
    width = try Self.number(&rest) ?? 0
    if rest.first == "," {
      rest.removeFirst()
      groupsThousands = true
    }
    if rest.first == "." {
      rest.removeFirst()
      precision = try Self.number(&rest)
    }
    type = rest.popFirst()
    guard rest.isEmpty, type.map({ "sdfxX%".unicodeScalars.contains($0) }) ?? true else {
      throw JinjaError.unsupported("the format `\(text)`")
    }
  }

  static func number(_ rest: inout ArraySlice<Unicode.Scalar>) throws -> Int? {
    var digits = ""
    while let scalar = rest.first, ("0"..."9").contains(scalar) {
      digits.unicodeScalars.append(scalar)
      rest.removeFirst()
    }
    guard !digits.isEmpty else { return nil }
    guard let number = Int(digits), number <= 10_000 else {
      throw JinjaError(.limit, "a format is wider than 10,000 characters")
    }
    return number
  }

  /// A value in this format.
  func format(_ value: Value) throws -> Text {
    switch value {
    case .text(let text) where type == nil || type == "s":
      let cut = precision.map { text.slice(PythonSlice(start: 0, stop: $0)) } ?? text
      return padded(cut, align ?? "<")
    case .float, .integer, .bool:
      guard type != "s" else { break }
      return padded(try number(value), align ?? ">")
    default: break
    }
    guard isPlain else {
      throw JinjaError.failed("unsupported format string passed to \(value.typeName).__format__")
    }
    return padded(try PythonText.str(value), align ?? "<")
  }

  private var isPlain: Bool { type == nil && width == 0 && precision == nil && align == nil }

  private func number(_ value: Value) throws -> Text {
    var digits: String
    if case .bool = value, type == nil {
      digits = try PythonText.str(value).string
    } else if let integer = value.integer, type == nil || type == "d" || type == "x" || type == "X"
    {
      digits =
        type == "x" || type == "X"
        ? String(integer, radix: 16, uppercase: type == "X") : "\(integer)"
    } else if let number = value.double {
      switch type {
      case "f": digits = PythonFloat.fixed(number, digits: precision ?? 6)
      case "%": digits = PythonFloat.fixed(number * 100, digits: precision ?? 6) + "%"
      case nil where precision == nil: digits = PythonFloat.repr(number)
      default: throw JinjaError.unsupported("this format of a float")
      }
    } else {
      throw JinjaError.failed("unsupported format string")
    }
    if groupsThousands { digits = Self.grouped(digits) }
    if let sign, sign != "-", !digits.hasPrefix("-") { digits = String(sign) + digits }
    return Text(digits)
  }

  private static func grouped(_ digits: String) -> String {
    let isNegative = digits.hasPrefix("-")
    let parts = digits.dropFirst(isNegative ? 1 : 0).split(separator: ".", maxSplits: 1)
    var whole = ""
    for (index, digit) in parts[0].enumerated() {
      if index > 0, (parts[0].count - index) % 3 == 0 { whole += "," }
      whole.append(digit)
    }
    return (isNegative ? "-" : "") + whole + (parts.count > 1 ? "." + parts[1] : "")
  }

  /// A text filled up to the width.
  func aligned(_ text: Text) -> Text { padded(text, align ?? "<") }

  private func padded(_ text: Text, _ align: Unicode.Scalar) -> Text {
    let missing = width - text.characterCount
    guard missing > 0 else { return text }
    func filling(_ count: Int) -> Text { Text(String(repeating: String(fill), count: count)) }
    switch align {
    case "<": return text.appending(filling(missing))
    case "^":
      return filling(missing / 2).appending(text).appending(filling(missing - missing / 2))
    case "=":
      let hasSign = text.hasPrefix(Text("-")) || text.hasPrefix(Text("+"))
      let sign = text.slice(0..<(hasSign ? 1 : 0))
      return sign.appending(filling(missing)).appending(text.slice(sign.count..<text.count))
    default: return filling(missing).appending(text)
    }
  }
}
