internal import Conversations

/// Supervises what follows a given text inside the assistant's messages.
///
///     rendered   ### Instruction:\nHow much?\n\n### Response:\nPrice is $226.95<end>
///     "### Response:"   stands in the header: the whole answer is trained on
///     "Price is $"      stands in the answer: what is behind its last occurrence is trained on
///
/// The text is searched in the rendered text of each assistant message, from the end of the message
/// before it (so that the text may hold a header's control tokens) to the end of what it says; it is
/// never searched among tokens, so no merge can hide it, nor in other roles' messages, so no
/// question can move the border. Headers are never trained on, end tokens as `TrainOnEOS` says.
struct ResponseTemplate: Sendable {
  private let pattern: [UInt8]
  private let trainOnEOS: TrainOnEOS
  private let trainsOnThinking: Bool
  private let trainsOnToolCalls: Bool

  init(_ text: String, _ options: FormatOptions) {
    pattern = Array(text.utf8)
    trainOnEOS = options.trainOnEOS
    trainsOnThinking = options.trainOnThinking
    trainsOnToolCalls = options.trainOnToolCalls
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
    var searched: Set<Int> = []
    var rest = rendered.segments[...]
    while let segment = rest.first {
      guard let message = searchedMessage(of: segment, conversation),
        searched.insert(message).inserted
      else {
        before = segment.kind.isSaid ? [] : before + segment.text.utf8
        result.segments.append(rest.removeFirst())
        continue
      }
      let said = rest.prefix { $0.kind.isSaid && $0.message == message }
      let text = said.flatMap { Array($0.text.utf8) }
      let border = border(in: text, after: before)
      if border != nil { answered.insert(message) }
      append(said, trainedOnFrom: border ?? text.count, to: &result)
      rest = rest.dropFirst(said.count)
      before = []
    }
    superviseEnds(of: answered, in: &result)
    return result
  }

  /// The message of a segment in which what an assistant says, or the end of an empty answer, begins.
  private func searchedMessage(
    of segment: RenderedSegment, _ conversation: Conversation
  ) -> Int? {
    guard segment.role == .assistant, segment.kind.isSaid || segment.kind == .endOfTurn,
      let index = segment.message
    else { return nil }
    let message = conversation.messages[index]
    return message.supervised == nil && message.weight != 0 ? index : nil
  }

  /// The offset in what is said from which on it is trained on; `nil` if the text is not found.
  private func border(in said: [UInt8], after before: [UInt8]) -> Int? {
    let text = before + said
    // An occurrence that begins before the answer belongs to the template: the first one counts.
    if let start = text.firstRange(of: pattern)?.lowerBound, start < before.count {
      return max(0, start + pattern.count - before.count)
    }
    return said.lastRange(of: pattern)?.upperBound
  }

  /// Appends segments, those behind `border` as trained on, if their kind is to be.
  private func append(
    _ segments: some Collection<RenderedSegment>, trainedOnFrom border: Int,
    to rendered: inout RenderedConversation
  ) {
    var start = 0
    for segment in segments {
      let utf8 = segment.text.utf8
      defer { start += utf8.count }
      let offset = min(max(0, border - start), utf8.count)
      guard offset > 0, offset < utf8.count, case .text(let text) = segment.piece else {
        rendered.segments.append(trained(segment, offset == 0))
        continue
      }
      let cut = utf8.index(utf8.startIndex, offsetBy: offset)
      for (piece, isTrainedOn) in [(text[..<cut], false), (text[cut...], true)] {
        var part = trained(segment, isTrainedOn)
        part.piece = .text(String(piece))
        rendered.segments.append(part)
      }
    }
  }

  private func trained(_ segment: RenderedSegment, _ isBehindBorder: Bool) -> RenderedSegment {
    var segment = segment
    let isWanted =
      switch segment.kind {
      case .thinking: trainsOnThinking
      case .toolCall: trainsOnToolCalls
      default: true
      }
    segment.supervised = isBehindBorder && isWanted
    return segment
  }

  private func superviseEnds(of answered: Set<Int>, in rendered: inout RenderedConversation) {
    let flagged = rendered.segments.last { $0.kind.isSaid && $0.supervised }?.message
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
