/// The methods of Python's `str`.
struct TextMethods {
  let text: Text
  let name: String
  let run: Run

  /// Calls the method.
  ///
  /// - Throws: as Python raises; `unsupported` for `encode`, `translate` and their like.
  func call(_ arguments: Arguments) throws -> Value {
    switch name {
    case "strip": return .text(text.trimmed(.both, of: try characters(arguments)))
    case "lstrip": return .text(text.trimmed(.left, of: try characters(arguments)))
    case "rstrip": return .text(text.trimmed(.right, of: try characters(arguments)))
    case "startswith": return .bool(try hasAffix(arguments) { $0.hasPrefix($1) })
    case "endswith": return .bool(try hasAffix(arguments) { $0.hasSuffix($1) })
    case "split", "rsplit": return .list(try split(arguments).map { .text($0) })
    case "splitlines":
      let values = try arguments.matched(to: ["keepends"], of: "splitlines()")
      return .list(text.lines(keepingEnds: values[0]?.isTrue ?? false).map { .text($0) })
    case "partition", "rpartition": return .tuple(try partition(arguments).map { .text($0) })
    case "replace": return .text(try replace(arguments))
    case "join": return .text(try join(arguments))
    case "format":
      guard !text.isMarkup else { throw Methods.unsupported(name, .text(text)) }
      var format = BraceFormat(arguments)
      let result = try format.format(text)
      try run.check(bytes: result.count)
      return .text(result)
    case "find", "rfind", "index", "rindex", "count": return .integer(try search(arguments))
    case "removeprefix", "removesuffix": return .text(try removingAffix(arguments))
    case "center", "ljust", "rjust", "zfill": return .text(try padded(arguments))
    case "upper", "lower", "title", "capitalize", "swapcase", "casefold":
      _ = try arguments.matched(to: [], of: name + "()")
      return .text(try recased())
    default: return .bool(try property(arguments))
    }
  }

  private func characters(_ arguments: Arguments) throws -> Text? {
    let values = try arguments.matched(to: ["chars"], of: name + "()")
    return try values[0].flatMap { $0.isNone ? nil : try requireText($0) }
  }

  /// - Throws: as Python raises `TypeError`, if a value is no string.
  private func requireText(_ value: Value?) throws -> Text {
    guard let text = value?.text else {
      if case .undefined(let undefined)? = value { throw undefined.error }
      throw JinjaError.failed("\(name)() needs str, not \(value?.typeName ?? "nothing")")
    }
    return text
  }

  private func requireInteger(_ value: Value?, absent: Int) throws -> Int {
    guard let value, !value.isNone else { return absent }
    guard let integer = value.integer else {
      throw JinjaError.failed("'\(value.typeName)' object cannot be interpreted as an integer")
    }
    return integer
  }

  private func hasAffix(_ arguments: Arguments, _ has: (Text, Text) -> Bool) throws -> Bool {
    let values = try arguments.matched(
      to: ["prefix", "start", "end"], of: name + "()", required: 1)
    let part = try region(values[1], values[2])
    if case .list(let list)? = values[0], list.kind == .tuple {
      return try list.elements.contains { has(part, try requireText($0)) }
    }
    return has(part, try requireText(values[0]))
  }

  /// `text[start:end]`.
  private func region(_ start: Value?, _ end: Value?) throws -> Text {
    if start == nil && end == nil { return text }
    let stop = try requireInteger(end, absent: .max / 2)
    return text.slice(PythonSlice(start: try requireInteger(start, absent: 0), stop: stop))
  }

  private func split(_ arguments: Arguments) throws -> [Text] {
    let values = try arguments.matched(to: ["sep", "maxsplit"], of: name + "()")
    let most = try requireInteger(values[1], absent: -1)
    let limit = most < 0 ? Int.max : most
    guard let separator = values[0], !separator.isNone else {
      return name == "split" ? text.words(limit: limit) : text.wordsFromRight(limit: limit)
    }
    let pattern = try nonEmpty(try requireText(separator))
    return name == "split"
      ? text.split(by: pattern, limit: limit) : text.splitFromRight(by: pattern, limit: limit)
  }

  private func nonEmpty(_ pattern: Text) throws -> Text {
    guard pattern.count > 0 else { throw JinjaError.failed("empty separator") }
    return pattern
  }

  private func partition(_ arguments: Arguments) throws -> [Text] {
    let values = try arguments.matched(to: ["sep"], of: name + "()", required: 1)
    let pattern = try nonEmpty(try requireText(values[0]))
    let place =
      name == "partition"
      ? text.firstOffset(of: pattern) : text.lastOffset(of: pattern, before: text.count)
    guard let place else {
      let empty = text.slice(0..<0)
      return name == "partition" ? [text, empty, empty] : [empty, empty, text]
    }
    let end = place + pattern.count
    return [text.slice(0..<place), text.slice(place..<end), text.slice(end..<text.count)]
  }

  private func replace(_ arguments: Arguments) throws -> Text {
    let values = try arguments.matched(to: ["old", "new", "count"], of: "replace()", required: 2)
    let count = try requireInteger(values[2], absent: -1)
    guard !text.isMarkup else { throw Methods.unsupported(name, .text(text)) }
    let (old, new) = (try requireText(values[0]), try requireText(values[1]))
    let (grown, overflow) = (text.count + 1).multipliedReportingOverflow(by: max(new.count, 1))
    if overflow || grown > 1 << 28 {
      let result = text.offsets(of: old, limit: old.isEmpty ? 0 : .max).count
      try run.check(bytes: text.count + result * new.count)
    }
    return text.replacing(old, with: new, limit: count < 0 ? .max : count)
  }

  private func join(_ arguments: Arguments) throws -> Text {
    let values = try arguments.matched(to: ["iterable"], of: "join()", required: 1)
    var builder = TextBuilder()
    for (index, element) in try (values[0] ?? .null).iterated().enumerated() {
      guard let part = element.text else {
        throw JinjaError.failed(
          "sequence item \(index): expected str instance, \(element.typeName) found")
      }
      if index > 0 { builder.append(text) }
      builder.append(part)
    }
    return builder.text
  }

  private func search(_ arguments: Arguments) throws -> Int {
    let values = try arguments.matched(to: ["sub", "start", "end"], of: name + "()", required: 1)
    let pattern = try requireText(values[0])
    let part = try region(values[1], values[2])
    if name == "count" {
      return pattern.isEmpty ? part.characterCount + 1 : part.offsets(of: pattern).count
    }
    let isReversed = name.hasPrefix("r")
    let place =
      isReversed
      ? part.lastOffset(of: pattern, before: part.count) : part.firstOffset(of: pattern)
    guard let place else {
      guard !name.hasSuffix("index") else { throw JinjaError.failed("substring not found") }
      return -1
    }
    let start = try requireInteger(values[1], absent: 0)
    let length = start == 0 ? 0 : text.characterCount
    let skipped = start < 0 ? max(0, start + length) : start
    return part.slice(0..<place).characterCount + skipped
  }

  private func removingAffix(_ arguments: Arguments) throws -> Text {
    let values = try arguments.matched(to: ["affix"], of: name + "()", required: 1)
    let affix = try requireText(values[0])
    if name == "removeprefix" {
      return text.hasPrefix(affix) ? text.slice(affix.count..<text.count) : text
    }
    return text.hasSuffix(affix) && affix.count > 0
      ? text.slice(0..<text.count - affix.count) : text
  }

  private func padded(_ arguments: Arguments) throws -> Text {
    let values = try arguments.matched(to: ["width", "fillchar"], of: name + "()", required: 1)
    var specification = FormatSpecification()
    specification.type = "s"
    specification.width = try requireInteger(values[0], absent: 0)
    try run.check(bytes: specification.width)
    if let fill = values[1] {
      let scalars = try requireText(fill).scalars
      guard scalars.count == 1 else {
        throw JinjaError.failed("The fill character must be exactly one character long")
      }
      specification.fill = scalars[0]
    }
    switch name {
    case "ljust": specification.align = "<"
    case "rjust": specification.align = ">"
    case "zfill": (specification.fill, specification.align) = ("0", "=")
    default: return text.centered(in: specification.width, fill: specification.fill)
    }
    return specification.aligned(text)
  }

  private func recased() throws -> Text {
    switch name {
    case "upper": return text.uppercased()
    case "lower": return text.lowercased()
    case "title": return text.titlecased()
    case "capitalize": return text.capitalized()
    case "swapcase": return text.swappingCase()
    default:
      guard text.isASCII else { throw Methods.unsupported(name, .text(text)) }
      return text.lowercased()
    }
  }

  /// `isdigit` and its like: true where all characters have the property, and there is one.
  private func property(_ arguments: Arguments) throws -> Bool {
    let scalars = text.scalars
    func all(_ holds: (Unicode.Scalar) -> Bool) -> Bool {
      !scalars.isEmpty && scalars.allSatisfy(holds)
    }
    switch name {
    case "isalpha": return all(\.isPythonAlpha)
    case "isdigit": return all(\.isPythonDigit)
    case "isdecimal": return all(\.isPythonDecimal)
    case "isnumeric": return all(\.isPythonNumeric)
    case "isalnum": return all(\.isPythonAlphanumeric)
    case "isspace": return all(\.isPythonSpace)
    case "isascii": return scalars.allSatisfy(\.isASCII)
    case "isprintable": return scalars.allSatisfy(\.isPythonPrintable)
    case "isupper":
      return scalars.contains(where: \.isPythonCased)
        && !scalars.contains { $0.properties.isLowercase }
    case "islower":
      return scalars.contains(where: \.isPythonCased)
        && !scalars.contains { $0.properties.isUppercase }
    default: throw Methods.unsupported(name, .text(text))
    }
  }
}

extension Text {
  /// Python's `center`, which puts an odd character to the left where the width is odd.
  ///
  /// Source: Python 3, `unicode_center_impl`.
  func centered(in width: Int, fill: Unicode.Scalar = " ") -> Text {
    let missing = width - characterCount
    guard missing > 0 else { return self }
    let left = missing / 2 + (missing & width & 1)
    func filling(_ count: Int) -> Text { Text(String(repeating: String(fill), count: count)) }
    return filling(left).appending(self).appending(filling(missing - left))
  }
}
