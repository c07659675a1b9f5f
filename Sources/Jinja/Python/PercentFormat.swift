/// `"%s and %d" % (a, b)`: Python's printf-style formatting.
///
/// Source: Python 3, "printf-style String Formatting".
enum PercentFormat {
  static func format(_ template: Text, _ argument: Value) throws -> Text {
    var arguments: [Value] = [argument]
    if case .list(let list) = argument, list.kind == .tuple { arguments = list.elements }
    var next = 0
    var usesMapping = false
    var builder = TextBuilder()
    var rest = template
    while let place = rest.firstOffset(of: percent) {
      builder.append(rest.slice(0..<place))
      var conversion = ArraySlice(rest.slice(place + 1..<rest.count).scalars)
      let total = conversion.reduce(0) { $0 + $1.utf8.count }
      let key = try mappingKey(&conversion)
      let (specification, type) = try specification(&conversion)
      rest = rest.slice(
        place + 1 + total - conversion.reduce(0) { $0 + $1.utf8.count }..<rest.count)
      if type == "%" {
        builder.append("%", origin: .template)
        continue
      }
      let value: Value
      if let key {
        guard case .dict(let dict) = argument else {
          throw JinjaError.failed("format requires a mapping")
        }
        guard let found = dict.value(Text(key)) else { throw JinjaError.failed("'\(key)'") }
        value = found
        usesMapping = true
      } else {
        guard next < arguments.count else {
          throw JinjaError.failed("not enough arguments for format string")
        }
        value = arguments[next]
        next += 1
      }
      builder.append(try convert(value, specification, type))
    }
    builder.append(rest)
    var isMapping = usesMapping
    if case .dict = argument { isMapping = true }
    if next < arguments.count && !isMapping {
      throw JinjaError.failed("not all arguments converted during string formatting")
    }
    return builder.text
  }

  private static let percent = Text("%")

  private static func mappingKey(_ rest: inout ArraySlice<Unicode.Scalar>) throws -> String? {
    guard rest.first == "(" else { return nil }
    guard let end = rest.firstIndex(of: ")") else {
      throw JinjaError.failed("incomplete format key")
    }
    var key = ""
    key.unicodeScalars.append(contentsOf: rest[(rest.startIndex + 1)..<end])
    rest = rest[(end + 1)...]
    return key
  }

  private static func specification(
    _ rest: inout ArraySlice<Unicode.Scalar>
  ) throws -> (FormatSpecification, Unicode.Scalar) {
    var result = FormatSpecification()
    result.align = ">"
    while let flag = rest.first, "#0- +".unicodeScalars.contains(flag) {
      rest.removeFirst()
      switch flag {
      case "-": result.align = "<"
      case "0": if result.align != "<" { (result.fill, result.align) = ("0", "=") }
      case "+", " ": result.sign = flag
      default: throw JinjaError.unsupported("the format flag `#`")
      }
    }
    result.width = try FormatSpecification.number(&rest) ?? 0
    if rest.first == "." {
      rest.removeFirst()
      result.precision = try FormatSpecification.number(&rest) ?? 0
    }
    guard let type = rest.popFirst() else { throw JinjaError.failed("incomplete format") }
    return (result, type)
  }

  private static func convert(
    _ value: Value, _ specification: FormatSpecification, _ type: Unicode.Scalar
  ) throws -> Text {
    var specification = specification
    switch type {
    case "s", "r":
      specification.type = "s"
      return try specification.format(
        .text(type == "s" ? try PythonText.str(value) : try PythonText.repr(value)))
    case "d", "i", "u":
      guard let number = value.double, number.isFinite else {
        throw JinjaError.failed("%d format: a real number is required, not \(value.typeName)")
      }
      specification.type = "d"
      return try specification.format(.integer(value.integer ?? Int(number)))
    case "f", "F":
      guard let number = value.double else {
        throw JinjaError.failed("must be real number, not \(value.typeName)")
      }
      specification.type = "f"
      return try specification.format(.float(number))
    case "x", "X":
      guard let integer = value.integer else {
        throw JinjaError.failed("%x format: an integer is required, not \(value.typeName)")
      }
      specification.type = type
      return try specification.format(.integer(integer))
    default: throw JinjaError.unsupported("the format `%\(type)`")
    }
  }
}
