/// Some templates write the token that ends a message in front of the next one, as Jamba's do:
///
///     {% if not loop.first %}<|im_end|>{% endif %}<|im_start|>…
///
///     <|im_start|>assistant\nನಮಸ್ಕಾರ│<|im_end|><|im_start|>user\n…
///     └ written for the answer ────┘└ for the question ───────┘
///
/// What follows an answer at once is what the model writes there, whoever it was written for.
extension [TemplateAtom] {
  /// The token that ends an answer in front of the next message: `end`, with nothing but white space
  /// of the template between it and the last that was written for `message`. `nil` where there is none.
  ///
  /// - Parameter last: the last atom of the answer's own bytes.
  func lateEnd(of message: Int, behind last: Int, _ end: [UInt8]?) -> Int? {
    guard let end else { return nil }
    let written = lastIndex { $0.owner == message } ?? last
    var index = Swift.max(written, last) + 1
    while index < count, self[index].isFrameSpace { index += 1 }
    guard index < count, self[index].isControl, self[index].data == nil, self[index].bytes == end
    else { return nil }
    return index
  }
}

extension TemplateAtom {
  /// Whether it is nothing but white space that the template wrote.
  fileprivate var isFrameSpace: Bool { data == nil && !isControl && !isConversation && isBlank }
}
