internal import Tokenization

/// A mark that a template writes inside messages, such as `<think>` or `<tool_call>`: a control token
/// where the tokenizer has it as one, and text elsewhere, as `transformers` encodes it.
struct TemplateMark: Sendable {
  /// The mark as a template writes it.
  let piece: RenderedSegment.Piece

  init(_ text: String, _ tokenizer: some Tokenizer) {
    piece = tokenizer.specialToken(text) == nil ? .text(text) : .control(text)
  }

  /// The control token, if it is one.
  var token: String? {
    if case .control(let token) = piece { token } else { nil }
  }
}
