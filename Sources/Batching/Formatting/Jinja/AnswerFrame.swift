/// What a template writes around an answer: what opens it, when it is asked to, and what ends it.
///
/// The opening is what `add_generation_prompt` adds to a conversation; at inference it stands before
/// the model's first token, so whatever follows it is the answer.
struct AnswerFrame: Sendable, Equatable {
  /// What `add_generation_prompt` adds.
  let opening: [UInt8]
  /// What stands before the content of a plain answer, as far as the template wrote it for that
  /// message.
  let plainHeader: [UInt8]

  /// How many bytes of `header`, which stands before an answer's first own byte, belong to the
  /// prompt; `nil` where that cannot be told.
  ///
  ///     opening   <|im_start|>assistant\n
  ///     header    <|im_start|>assistant\n<think>\n\n</think>\n\n     the prompt is its beginning
  ///
  ///     opening   <|Assistant|><think>\n
  ///     header    <|Assistant|>                                    the prompt ends with it
  ///
  ///     opening   nothing
  ///     header    " "  (Llama 2's, behind [/INST])                  the model writes it
  func promptLength(of header: [UInt8]) -> Int? {
    if opening.isEmpty { return lengthWithoutOpening(of: header) }
    if let end = Self.end(of: opening, in: header) { return end }
    if header.isEmpty { return 0 }
    // The longest end of the header with which the opening begins.
    let longest = min(opening.count, header.count)
    let length = stride(from: longest, to: 0, by: -1).first {
      header.suffix($0).elementsEqual(opening.prefix($0))
    }
    return length == nil ? nil : header.count
  }

  /// Templates that open no answer write its header with the answer, or at the end of the question:
  /// what every answer has before it is the header, except for white space, which is what the
  /// model has to write.
  private func lengthWithoutOpening(of header: [UInt8]) -> Int {
    let common = zip(plainHeader, header).prefix { $0 == $1 }.count
    let isBlank = plainHeader.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
    return isBlank ? 0 : common
  }

  private static func end(of pattern: [UInt8], in bytes: [UInt8]) -> Int? {
    guard pattern.count <= bytes.count else { return nil }
    let start = (0...(bytes.count - pattern.count)).first {
      bytes[$0...].starts(with: pattern)
    }
    return start.map { $0 + pattern.count }
  }
}
