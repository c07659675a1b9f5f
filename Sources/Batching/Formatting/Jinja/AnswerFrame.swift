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
  /// What stands between question and answer where the template wrote it for no message, because it
  /// renders copies that it has made of them.
  let unowned: Unowned

  /// Text that the template wrote for no message.
  struct Unowned: Sendable, Equatable {
    /// The end of the prompt, behind the last byte of the question.
    let prompt: [UInt8]
    /// What follows it before a plain answer.
    let header: [UInt8]
  }

  /// How many bytes of `header`, which stands before an answer's first own byte, belong to the
  /// prompt; `nil` where that cannot be told.
  ///
  ///     opening   <|im_start|>assistant\n
  ///     header    <|im_start|>assistant\n<think>\n\n</think>\n\n     the prompt is its beginning
  ///
  ///     opening   <|Assistant|><think>\n
  ///     header    <|Assistant|>                                    the prompt ends with it
  ///
  ///     opening   <|assistant|><think>
  ///     header    <|assistant|></think>                            they part behind <|assistant|>
  ///
  ///     opening   nothing
  ///     header    " "  (Llama 2's, behind [/INST])                  the model writes it
  ///
  ///     opening   <|im_end|>\n<|im_start|>assistant\n
  ///     before    <|im_end|>\n  (Qwen 1.5's, written for the question)
  ///     header    <|im_start|>assistant\n                           the prompt ends with it
  ///
  /// - Parameters:
  ///   - isOwned: whether the template wrote the header for this message; else it begins behind the
  ///     question.
  ///   - before: what the template wrote in front of the header.
  ///   - controls: where control tokens stand in the header; the prompt ends inside of none.
  func promptLength(
    of header: [UInt8], isOwned: Bool, behind before: [UInt8] = [], controls: [Range<Int>] = []
  ) -> Int? {
    if opening.isEmpty {
      let length =
        isOwned ? Self.length(of: plainHeader, in: header[...]) : unownedLength(of: header)
      return length.map { end in controls.first { $0.contains(end) }?.lowerBound ?? end }
    }
    if let end = Self.end(of: opening, in: header) { return end }
    if let end = lengthOfRest(in: header, behind: before) { return end }
    if header.isEmpty { return 0 }
    // The longest end of the header with which the opening begins.
    let longest = min(opening.count, header.count)
    let length = stride(from: longest, to: 0, by: -1).first {
      header.suffix($0).elementsEqual(opening.prefix($0))
    }
    return length == nil ? lengthBeforeParting(from: header) : header.count
  }

  /// How much of the header is the rest of an opening that begins in front of it; `nil` if none does.
  private func lengthOfRest(in header: [UInt8], behind before: [UInt8]) -> Int? {
    stride(from: min(opening.count, header.count), to: 0, by: -1).first { length in
      let beginning = opening.dropLast(length)
      return header.starts(with: opening.suffix(length))
        && before.suffix(beginning.count).elementsEqual(beginning)
    }
  }

  /// Where opening and header begin alike and then part, the header reaches to the last mark or line
  /// that both close: the model says what follows there.
  private func lengthBeforeParting(from header: [UInt8]) -> Int? {
    let start = header.prefix(while: Self.isSpace).count
    let blank = opening.prefix(while: Self.isSpace).count
    let common = zip(opening[blank...], header[start...]).prefix { $0 == $1 }.map { $0.0 }
    let closed = common.lastIndex { $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "\n") }
    return closed.map { start + $0 + 1 }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }

  /// Templates that open no answer write its header with the answer, or at the end of the question:
  /// what every answer has before it is the header, except for white space, which is what the
  /// model has to write.
  private static func length(of plainHeader: [UInt8], in header: ArraySlice<UInt8>) -> Int {
    let common = zip(plainHeader, header).prefix { $0 == $1 }.count
    let isBlank = plainHeader.allSatisfy(isSpace)
    return isBlank ? 0 : common
  }

  /// The same where nobody owns the header: behind the end of the prompt, with which it must begin.
  private func unownedLength(of header: [UInt8]) -> Int? {
    guard header.starts(with: unowned.prompt) else { return nil }
    let rest = header.dropFirst(unowned.prompt.count)
    return unowned.prompt.count + Self.length(of: unowned.header, in: rest)
  }

  private static func end(of pattern: [UInt8], in bytes: [UInt8]) -> Int? {
    guard pattern.count <= bytes.count else { return nil }
    let start = (0...(bytes.count - pattern.count)).first {
      bytes[$0...].starts(with: pattern)
    }
    return start.map { $0 + pattern.count }
  }
}
