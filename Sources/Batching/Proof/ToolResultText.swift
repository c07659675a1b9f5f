internal import Artifacts
internal import Conversations

/// What stands in a row for a tool's result that the template writes inside of JSON: the result as a
/// JSON text, or its parts as a list, with the tool's name and the call's ID beside it where the
/// template writes these, too.
///
///     {"rain": "ಇಲ್ಲ"}                        stands as   "{\"rain\": \"ಇಲ್ಲ\"}"
///     the same, of the call `c1`              stands as   "c1""{\"rain\": \"ಇಲ್ಲ\"}"
///     [{"type": "text", "text": "ಇಲ್ಲ"}]      stands as   itself, or [{'type': 'text', 'text': 'ಇಲ್ಲ'}]
struct ToolResultText {
  private let message: Message
  private let content: [UInt8]

  private static let quote = UInt8(ascii: "\"")
  /// A character beyond U+FFFF as two escapes: `\ud83d\ude42`.
  private static let longestEscape = 12
  /// What may close a list that is cut: outside of its texts, and anywhere.
  private static let outerEnds = ["}]", "]"].map { Array($0.utf8) }
  private static let ends = ["\"}]", "'}]"].map { Array($0.utf8) } + outerEnds
  /// What stands between the texts of a list.
  private static let betweenTexts = Array(#""}, {"type": "text", "text": ""#.utf8)

  init(_ message: Message) {
    self.message = message
    content = Array((message.content.text ?? "").utf8)
  }

  /// The fate of the result; `nil` if it is not so written.
  func change(_ rendered: [UInt8], isCut: Bool) -> ConversationAccount.Change? {
    let changes = bodies(of: trimmed(rendered)).compactMap { change(ofBody: $0, isCut: isCut) }
    return changes.first { $0 != .differs } ?? changes.first
  }

  private func change(ofBody text: [UInt8], isCut: Bool) -> ConversationAccount.Change? {
    switch text.first {
    case Self.quote: changeAsString(text, isCut: isCut)
    case UInt8(ascii: "["): changeAsList(text, isCut: isCut)
    // GLM 4.5 writes a frame around each part; what is said is `{…}{…}`.
    case UInt8(ascii: "{"): changeAsList(Self.listed(text), isCut: isCut)
    default: nil
    }
  }

  // MARK: Names and IDs

  /// The text, and what is left of it without the names of tool and call at its ends.
  private func bodies(of text: [UInt8]) -> [[UInt8]] {
    let names = [message.name, message.toolCallID].compactMap { $0 }.filter { !$0.isEmpty }
    let written = names.flatMap { [Array("\"\($0)\"".utf8), Array($0.utf8)] }
    var found = [text]
    // Each of them stands there once at most.
    for _ in names {
      for body in found {
        found += written.filter { body.starts(with: $0) }.map { Array(body.dropFirst($0.count)) }
        found += written.filter { body.suffix($0.count) == $0[...] }
          .map { Array(body.dropLast($0.count)) }
      }
    }
    return found
  }

  // MARK: JSON texts

  private func changeAsString(_ text: [UInt8], isCut: Bool) -> ConversationAccount.Change? {
    if let value = Self.string(of: text) {
      if value == content || value == trimmed(content) { return .toolResultRendered }
      return Array(text.dropFirst().dropLast()) == content ? .merged : .differs
    }
    guard isCut else { return nil }
    let isBeginning = Self.beginnings(of: text).contains {
      Self.string(of: $0 + [Self.quote]).map(content.starts) ?? false
    }
    return isBeginning ? .cut : nil
  }

  /// A text that is cut, and what is left of it without an escape inside of which it is cut.
  private static func beginnings(of text: [UInt8]) -> [[UInt8]] {
    let escapes = text.indices.suffix(longestEscape).filter { isCutEscape(text[$0...]) }
    return [text] + escapes.map { Array(text[..<$0]) }
  }

  /// Whether it is the beginning of an escape, JSON's or Python's, and not all of it.
  private static func isCutEscape(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.first == UInt8(ascii: "\\") else { return false }
    guard let kind = text.dropFirst().first else { return true }
    let widths = [UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8]
    guard let width = widths[kind] else { return false }
    let digits = text.dropFirst(2).prefix(width)
    guard digits.count == width else { return digits.count + 2 == text.count }
    // Of a character beyond U+FFFF JSON writes two halves, the first of them D800 to DBFF.
    let number = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0
    let rest = text.dropFirst(2 + width)
    return (0xD800...0xDBFF).contains(number) && (rest.isEmpty || isCutEscape(rest))
  }

  /// What a JSON string says; `nil` if it is none.
  private static func string(of json: [UInt8]) -> [UInt8]? {
    (try? JSONValue(parsing: json))?.string.map { Array($0.utf8) }
  }

  // MARK: Lists

  private func changeAsList(_ text: [UInt8], isCut: Bool) -> ConversationAccount.Change? {
    guard case .parts(let parts) = message.content else { return nil }
    if let values = Self.list(of: text) {
      let isSame = values.count == parts.count && zip(values, parts).allSatisfy(Self.isSame)
      return isSame ? .toolResultRendered : .differs
    }
    guard isCut else { return nil }
    let closed = Self.beginnings(of: text).flatMap { text in Self.ends.map { text + $0 } }
    let isBeginning = (closed + Self.closedBetweenTexts(text)).contains {
      Self.list(of: $0).map { Self.begin($0, parts) } ?? false
    }
    return isBeginning ? .cut : nil
  }

  /// A list that is cut between its parts' texts, without what stands there, and closed.
  private static func closedBetweenTexts(_ text: [UInt8]) -> [[UInt8]] {
    let written = text.map { $0 == UInt8(ascii: "'") ? quote : $0 }
    return (1...betweenTexts.count).flatMap { count -> [[UInt8]] in
      guard betweenTexts.firstRange(of: written.suffix(count)) != nil else { return [] }
      return outerEnds.map { text.dropLast(count) + $0 }
    }
  }

  /// Objects one behind the other as a list; one that is cut has no end.
  private static func listed(_ text: [UInt8]) -> [UInt8] {
    let list = Array("[".utf8) + text.replacing(Array("}{".utf8), with: Array("}, {".utf8))
    return text.last == UInt8(ascii: "}") ? list + Array("]".utf8) : list
  }

  private static func list(of text: [UInt8]) -> [JSONValue]? {
    (try? JSONValue(parsing: text))?.array ?? PythonLiteral.value(of: text)?.array
  }

  /// Whether both are the same: texts byte for byte, where equality knows characters.
  private static func isSame(_ value: JSONValue, _ part: JSONValue) -> Bool {
    value == part && utf8(value) == utf8(part)
  }

  private static func utf8(_ part: JSONValue) -> [UInt8] {
    Array((part["text"]?.string ?? "").utf8)
  }

  /// Whether these are the first parts, the last of them perhaps with the beginning of its text only.
  private static func begin(_ values: [JSONValue], _ parts: [JSONValue]) -> Bool {
    guard let last = values.last else { return true }
    guard values.count <= parts.count, zip(values.dropLast(), parts).allSatisfy(isSame) else {
      return false
    }
    return utf8(parts[values.count - 1]).starts(with: utf8(last))
  }

  private func trimmed(_ text: [UInt8]) -> [UInt8] {
    Array(String(decoding: text, as: UTF8.self).trimmingWhitespaceAsPython().utf8)
  }
}
