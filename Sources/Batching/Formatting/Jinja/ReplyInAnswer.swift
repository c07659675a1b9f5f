/// Some templates write a tool's result in the place of the answer that called it, as Gemma 4's do:
///
///     <|tool_call>call:f{…}<tool_call|><|tool_response>response:f{value:21}<tool_response|>
///     └ what the model says ──────────┘└ its end ─────┘└ what it is told ─────────────────┘
///
/// Between the two stands the token that also ends such an answer where no result follows; what the
/// template quotes of the call behind it, such as its name, is not the model's any more.
extension [TemplateAtom] {
  /// Where another message's text begins that was written for `message`, behind its own words.
  func replyInside(_ message: Int) -> Int? {
    let own = firstIndex {
      $0.data?.message == message && $0.owner == message && !$0.bytes.isEmpty
    }
    guard let own else { return nil }
    return self[own...].firstIndex {
      $0.owner == message && $0.data.map { $0.message != message } ?? false
    }
  }

  /// The last control token before `reply` that was written for `message` and is one of `ends`.
  func end(of message: Int, before reply: Int, among ends: Set<[UInt8]>) -> Int? {
    self[..<reply].lastIndex {
      $0.isControl && $0.owner == message && ends.contains($0.bytes)
    }
  }
}
