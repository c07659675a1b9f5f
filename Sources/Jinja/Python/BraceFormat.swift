/// `"{} and {name}".format(a, name=b)`.
///
/// Source: Python 3, "Format String Syntax". Nested fields are refused by name.
struct BraceFormat {
  private let arguments: Arguments
  private var next = 0
  private var builder = TextBuilder()

  init(_ arguments: Arguments) { self.arguments = arguments }

  mutating func format(_ template: Text) throws -> Text {
    let bytes = template.bytes
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") else {
        index += 1
        continue
      }
      if index > start { builder.append(template.slice(start..<index)) }
      if index + 1 < bytes.count, bytes[index + 1] == byte {
        builder.append(template.slice(index..<index + 1))
        index += 2
      } else if byte == UInt8(ascii: "{") {
        guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "}")) else {
          throw JinjaError.failed("expected '}' before end of string")
        }
        try append(field: String(decoding: bytes[(index + 1)..<end], as: UTF8.self))
        index = end + 1
      } else {
        throw JinjaError.failed("Single '}' encountered in format string")
      }
      start = index
    }
    if start < bytes.count { builder.append(template.slice(start..<bytes.count)) }
    return builder.text
  }

  private mutating func append(field: String) throws {
    guard !field.contains("{") else { throw JinjaError.unsupported("a field inside of a field") }
    let parts = field.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let nameAndConversion = parts[0].split(
      separator: "!", maxSplits: 1, omittingEmptySubsequences: false)
    var value = try value(of: String(nameAndConversion[0]))
    if nameAndConversion.count > 1 {
      switch nameAndConversion[1] {
      case "r": value = .text(try PythonText.repr(value))
      case "s": value = .text(try PythonText.str(value))
      default: throw JinjaError.unsupported("the conversion `!\(nameAndConversion[1])`")
      }
    }
    builder.append(try FormatSpecification(parts.count > 1 ? String(parts[1]) : "").format(value))
  }

  private mutating func value(of field: String) throws -> Value {
    guard !field.contains(where: { ".[]".contains($0) }) else {
      throw JinjaError.unsupported("the field `{\(field)}`")
    }
    if field.isEmpty || Int(field) != nil {
      let index = Int(field) ?? next
      if field.isEmpty { next += 1 }
      guard let value = arguments.positional[safe: index] else {
        throw JinjaError.failed("Replacement index \(index) out of range for positional args tuple")
      }
      return value
    }
    guard let value = arguments.named.first(where: { $0.name == field })?.value else {
      throw JinjaError.failed("'\(field)'")
    }
    return value
  }
}
