internal import Conversations

extension QwenTemplate {
  /// When the thinking of an answer is shown.
  enum Shown {
    case never
    /// Where it has any.
    case some
    /// Also where it has none.
    case always
  }

  /// The block of thinking.
  func thinking(_ text: String) -> [RenderedSegment.Piece] {
    [marks.think.open.piece, .text("\n\(text)\n"), marks.think.close.piece, .text("\n\n")]
  }

  /// Writes what an answer says.
  func writeAnswer(
    _ message: Message, at place: SegmentWriter.Place, thinking shown: Shown,
    in writer: inout SegmentWriter
  ) throws {
    let text = try writer.text(of: place.message)
    let parts = hasThinking ? Self.parts(of: message, text) : (thinking: "", answer: text)
    let isShown = shown == .always || shown == .some && !parts.thinking.isEmpty
    if isShown {
      let core = parts.thinking.trimming("\n", atEnd: true)
      for piece in thinking(core) { writer.thinking(piece, of: place) }
      let answer = parts.answer.trimming("\n")
      if answer.utf8.count != parts.answer.utf8.count { writer.note(.trimmedContent) }
      writer.content(answer, of: place)
    } else {
      if !parts.thinking.isEmpty { writer.note(.reasoningLeftOut) }
      writer.content(parts.answer, of: place)
    }
    for (index, call) in try writer.toolCalls(of: place.message).enumerated() {
      if index > 0 || !parts.answer.isEmpty { writer.toolCall(.text("\n"), of: place) }
      writer.toolCall(
        marks.call.open.piece,
        .text("\n{\"name\": \"\(call.name)\", \"arguments\": \(call.arguments)}\n"),
        marks.call.close.piece, of: place)
    }
  }

  /// A message's thinking and the answer behind it.
  private static func parts(
    of message: Message, _ text: String
  ) -> (thinking: String, answer: String) {
    if let thinking = message.reasoning { return (thinking, text) }
    let pieces = text.components(separatedBy: "</think>")
    guard pieces.count > 1, let first = pieces.first, let last = pieces.last else {
      return ("", text)
    }
    let inner = first.trimmingEnd("\n").components(separatedBy: "<think>").last ?? ""
    return (inner.trimming("\n"), last.trimming("\n"))
  }

  /// Writes a tool's result; those that follow one another stand in one user message.
  func writeResult(
    at place: SegmentWriter.Place, of messages: [Message], in writer: inout SegmentWriter
  ) throws {
    let index = place.message
    if index == 0 || messages[index - 1].role != .tool {
      writer.header(.control(Self.open), .text("user"), of: place)
    }
    writer.header(.text("\n"), of: place)
    writer.header(marks.response.open.piece, of: place)
    writer.header(.text("\n"), of: place)
    writer.content(try writer.text(of: index), of: place)
    writer.closing(.text("\n"), of: place)
    writer.closing(marks.response.close.piece, of: place)
    if index + 1 == messages.count || messages[index + 1].role != .tool { end(place, in: &writer) }
  }
}

extension String {
  /// The pieces between occurrences of `separator`, compared byte by byte as Python's `split` does.
  fileprivate func components(separatedBy separator: String) -> [String] {
    let (text, pattern) = (Array(utf8), Array(separator.utf8))
    var pieces: [String] = []
    var (start, position) = (0, 0)
    while position + pattern.count <= text.count {
      if text[position..<position + pattern.count].elementsEqual(pattern) {
        pieces.append(String(decoding: text[start..<position], as: UTF8.self))
        position += pattern.count
        start = position
      } else {
        position += 1
      }
    }
    return pieces + [String(decoding: text[start...], as: UTF8.self)]
  }

  /// Without `scalar` at the start, and with `atEnd` at the end too.
  fileprivate func trimming(_ scalar: Unicode.Scalar, atEnd: Bool = false) -> String {
    let rest = String(unicodeScalars.drop { $0 == scalar })
    return atEnd ? rest.trimmingEnd(scalar) : rest
  }

  /// Without `scalar` at the end.
  fileprivate func trimmingEnd(_ scalar: Unicode.Scalar) -> String {
    guard let last = unicodeScalars.lastIndex(where: { $0 != scalar }) else { return "" }
    return String(unicodeScalars[...last])
  }
}
