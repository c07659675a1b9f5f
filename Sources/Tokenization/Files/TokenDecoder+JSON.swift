import Artifacts

extension TokenDecoder {
  /// Reads a `decoder`; where there is none (null), `tokenizers` puts a space between two tokens.
  ///
  /// - Throws: `malformed`; `unsupported` for a type or an order that Akshara does not know.
  init(_ root: TokenizerJSONSection) throws {
    self = .spaced
    guard let value = root["decoder"], value != .null else { return }
    let section = try root.section("decoder")
    self = TokenDecoder(steps: [])
    var isFused = false
    guard try section.type() == "Sequence" else {
      try read(section, &isFused)
      return
    }
    try section.allow(["type", "decoders"])
    for part in try section.sections("decoders") { try read(part, &isFused) }
  }

  /// - Parameter isFused: whether the tokens are one text by now.
  private mutating func read(_ section: TokenizerJSONSection, _ isFused: inout Bool) throws {
    let type = try section.type()
    if isFused, type != "Strip", type != "Fuse" {
      throw section.unsupported(
        "type", "is \"\(type)\" behind a decoder that joins the tokens",
        "Akshara reads only `Strip` there")
    }
    switch type {
    case "ByteLevel":
      try section.allow(["type", "add_prefix_space", "trim_offsets", "use_regex"])
      steps.append(.byteLevel)
      isFused = true
    case "Replace":
      try section.allow(["type", "pattern", "content"])
      let pattern = try TextPattern(section, "pattern")
      steps.append(.replace(pattern, with: try section.string("content")))
    case "ByteFallback":
      try section.allow(["type"])
      steps.append(.byteFallback)
    case "Fuse":
      try section.allow(["type"])
      isFused = true
    case "Strip": try readStrip(section, isFused)
    case "Metaspace": try readMetaspace(section)
    case "BPEDecoder":
      try section.allow(["type", "suffix"])
      steps.append(.wordSuffix(try section.string("suffix")))
    default:
      throw section.unsupported(
        "type", "is \"\(type)\"",
        "Akshara reads ByteLevel, Replace, ByteFallback, Fuse, Strip, Metaspace, BPEDecoder and "
          + "Sequence")
    }
  }

  private mutating func readStrip(_ section: TokenizerJSONSection, _ isFused: Bool) throws {
    try section.allow(["type", "content", "start", "stop"])
    let text = try section.string("content")
    let start = try section.integer("start", in: 0...Self.mostStripped)
    let stop = try section.integer("stop", in: 0...Self.mostStripped)
    guard isFused else {
      steps.append(.strip(text, start: start, end: stop))
      return
    }
    guard stop == 0, self.start == .whole else {
      throw section.unsupported(
        "stop", "is \(stop) behind `Fuse`", "Akshara takes text off the start only, and once")
    }
    if start > 0 { self.start = .strip(text, count: start) }
  }

  private mutating func readMetaspace(_ section: TokenizerJSONSection) throws {
    let metaspace = try Metaspace(section)
    if metaspace.prependScheme != .never { start = .marksOfFirstToken(metaspace.mark) }
    steps.append(.metaspace(mark: metaspace.mark))
  }

  /// The decoder as it stands in a `tokenizer.json`.
  var json: JSONValue {
    if separator == " " { return .null }
    var parts = steps.map(json)
    if let (text, count) = strippedText {
      if steps != [.byteLevel] { parts.append(["type": "Fuse"]) }
      parts.append(
        ["type": "Strip", "content": .string(text), "start": JSONValue(count), "stop": 0])
    } else if steps.contains(.byteFallback) {
      parts.append(["type": "Fuse"])
    }
    return parts.count == 1 ? parts[0] : ["type": "Sequence", "decoders": .array(parts)]
  }

  /// What is written as `Strip`: `tokenizers` has nothing that takes marks off before they are spaces.
  private var strippedText: (String, count: Int)? {
    switch start {
    case .strip(let text, let count): (text, count)
    case .leadingMarks(_, let count): (" ", count)
    case .whole, .marksOfFirstToken: nil
    }
  }

  private func json(_ step: Step) -> JSONValue {
    switch step {
    case .byteLevel:
      return [
        "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
      ]
    case .replace(let pattern, let text):
      return ["type": "Replace", "pattern": pattern.json, "content": .string(text)]
    case .byteFallback: return ["type": "ByteFallback"]
    case .strip(let text, let start, let end):
      return [
        "type": "Strip", "content": .string(text), "start": JSONValue(start),
        "stop": JSONValue(end),
      ]
    case .metaspace(let mark):
      let scheme = start == .whole ? Metaspace.PrependScheme.never : .always
      return Metaspace(mark: mark, prependScheme: scheme).json
    case .wordSuffix(let suffix): return ["type": "BPEDecoder", "suffix": .string(suffix)]
    }
  }
}
