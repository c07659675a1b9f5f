internal import Conversations
internal import Tokenization

/// A row while it is checked, with each token's place in the text.
struct RowFacts {
  let ids: UnsafeBufferPointer<TokenID>
  let labels: UnsafeBufferPointer<TokenID>
  let text: UnsafeRawBufferPointer
  let spans: [SampleSpan]
  /// The offset behind each token.
  private var ends: [Int] = []

  init(
    ids: UnsafeBufferPointer<TokenID>, labels: UnsafeBufferPointer<TokenID>,
    text: UnsafeRawBufferPointer, spans: [SampleSpan]
  ) {
    self.ids = ids
    self.labels = labels
    self.text = text
    self.spans = spans
  }

  /// Decodes the tokens; `false` if they are not the text, byte for byte.
  mutating func place(with tokenizer: any Tokenizer) -> Bool {
    var end = 0
    for id in ids {
      guard let bytes = tokenizer.bytes(of: id), end + bytes.count <= text.count,
        text[end..<end + bytes.count].elementsEqual(bytes)
      else { return false }
      end += bytes.count
      ends.append(end)
    }
    return end == text.count
  }

  /// The spans that hold a byte of token `index`.
  func spans(touching index: Int) -> ArraySlice<SampleSpan> {
    let range = (index == 0 ? 0 : ends[index - 1])..<ends[index]
    var (low, high) = (0, spans.count)
    while low < high {
      let middle = (low + high) / 2
      if spans[middle].bytes.upperBound <= range.lowerBound {
        low = middle + 1
      } else {
        high = middle
      }
    }
    var end = low
    while end < spans.count, spans[end].bytes.lowerBound < range.upperBound { end += 1 }
    return spans[low..<end]
  }

  /// The messages of which what they say or their end is supervised, in order.
  var supervisedMessages: [Int] {
    var messages: [Int] = []
    for span in spans where span.supervised && (span.kind.isSaid || span.kind == .endOfTurn) {
      if let message = span.message, messages.last != message { messages.append(message) }
    }
    return messages
  }

  /// Whether nothing of another message stands behind `message`.
  func isLast(_ message: Int) -> Bool {
    spans.last { $0.message != nil }?.message == message
  }

  /// Whether the message is one that its template does not end: no user message of the row has an
  /// end token.
  func isPrompt(_ message: Int) -> Bool {
    guard let role = spans.first(where: { $0.message == message })?.role, role != .assistant else {
      return false
    }
    return !spans.contains { $0.role == role && $0.kind == .endOfTurn }
  }
}

extension SampleSpan {
  /// Whether it is what an answer says.
  var isAnswer: Bool { role == .assistant && kind.isSaid }
}
