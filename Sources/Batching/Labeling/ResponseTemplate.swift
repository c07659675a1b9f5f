internal import Conversations

/// Supervises what follows a given text inside the assistant's messages.
///
///     rendered   ### Instruction:\nHow much?\n\n### Response:\nPrice is $226.95<end>
///     "### Response:"   stands in the header: the whole answer is trained on
///     "Price is $"      stands in the answer: what is behind its last occurrence is trained on
///
/// The text is searched in the rendered text of each assistant message, from the end of the message
/// before it (so that the text may hold a header's control tokens) to the end of its content; it is
/// never searched among tokens, so no merge can hide it, nor in other roles' messages, so no
/// question can move the border. Headers are never trained on, end tokens as `TrainOnEOS` says.
struct ResponseTemplate: Sendable {
  private let pattern: [UInt8]
  private let trainOnEOS: TrainOnEOS

  init(_ text: String, trainOnEOS: TrainOnEOS) {
    pattern = Array(text.utf8)
    self.trainOnEOS = trainOnEOS
  }

  /// `rendered` with the labels of the assistant's messages decided; messages with a flag of their
  /// own keep what the flag says.
  func apply(
    to rendered: RenderedConversation, of conversation: Conversation
  ) -> RenderedConversation {
    var result = rendered
    result.segments = []
    var before: [UInt8] = []
    var answered: Set<Int> = []
    for segment in rendered.segments {
      let bytes = Array(segment.text.utf8)
      defer { before = segment.kind == .content ? [] : before + bytes }
      guard segment.kind == .content, isSearched(segment, conversation),
        let start = borderInContent(bytes, after: before)
      else {
        result.segments.append(segment)
        continue
      }
      if let message = segment.message { answered.insert(message) }
      append(segment, cutAt: start, to: &result)
    }
    superviseEnds(of: answered, in: &result)
    return result
  }

  private func isSearched(_ segment: RenderedSegment, _ conversation: Conversation) -> Bool {
    guard segment.role == .assistant, let index = segment.message else { return false }
    let message = conversation.messages[index]
    return message.supervised == nil && message.weight != 0
  }

  /// The offset in the content from which on it is trained on; `nil` if the text is not found.
  private func borderInContent(_ content: [UInt8], after before: [UInt8]) -> Int? {
    let text = before + content
    // An occurrence that begins before the content belongs to the template: the first one counts.
    if let start = text.firstRange(of: pattern)?.lowerBound, start < before.count {
      return max(0, start + pattern.count - before.count)
    }
    return content.lastRange(of: pattern)?.upperBound
  }

  private func append(
    _ segment: RenderedSegment, cutAt offset: Int, to rendered: inout RenderedConversation
  ) {
    let utf8 = segment.text.utf8
    let border = utf8.index(utf8.startIndex, offsetBy: offset)
    let pieces = [(segment.text[..<border], false), (segment.text[border...], true)]
    for (text, supervised) in pieces where !text.isEmpty {
      var piece = segment
      piece.piece = .text(String(text))
      piece.supervised = supervised
      rendered.segments.append(piece)
    }
  }

  private func superviseEnds(of answered: Set<Int>, in rendered: inout RenderedConversation) {
    let flagged = rendered.segments.last { $0.kind == .content && $0.supervised }?.message
    let last = [flagged, answered.max()].compactMap { $0 }.max()
    for index in rendered.segments.indices where rendered.segments[index].kind == .endOfTurn {
      guard let message = rendered.segments[index].message else { continue }
      switch trainOnEOS {
      case .turn where answered.contains(message): rendered.segments[index].supervised = true
      case .last: rendered.segments[index].supervised = message == last
      case .turn, .none: break
      }
    }
  }
}

extension [UInt8] {
  /// The first place of `pattern`.
  fileprivate func firstRange(of pattern: [UInt8]) -> Range<Int>? {
    starts(of: pattern).first { matches(pattern, at: $0) }.map { $0..<$0 + pattern.count }
  }

  /// The last place of `pattern`.
  fileprivate func lastRange(of pattern: [UInt8]) -> Range<Int>? {
    starts(of: pattern).last { matches(pattern, at: $0) }.map { $0..<$0 + pattern.count }
  }

  private func starts(of pattern: [UInt8]) -> Range<Int> {
    0..<Swift.max(0, count - pattern.count + 1)
  }

  private func matches(_ pattern: [UInt8], at start: Int) -> Bool {
    self[start..<start + pattern.count].elementsEqual(pattern)
  }
}
