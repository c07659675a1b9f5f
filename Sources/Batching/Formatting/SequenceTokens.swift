public import Tokenization

/// The control tokens that open and close a whole sequence, for templates that have no control
/// tokens of their own.
public struct SequenceTokens: Sendable, Equatable {
  /// What opens a sequence; `nil` for models that open with nothing.
  public var begin: String?
  /// What ends it.
  public var end: String

  /// Names both tokens.
  public init(begin: String?, end: String) {
    self.begin = begin
    self.end = end
  }

  /// The pairs of widespread models, in the order in which they are looked for: Llama 3; Llama 2
  /// and Mistral; Gemma; GPT-2 and Qwen, which open with nothing.
  static let known = [
    SequenceTokens(begin: "<|begin_of_text|>", end: "<|end_of_text|>"),
    SequenceTokens(begin: "<s>", end: "</s>"),
    SequenceTokens(begin: "<bos>", end: "<eos>"),
    SequenceTokens(begin: nil, end: "<|endoftext|>"),
  ]

  /// The first known pair of which the tokenizer has every token; `nil` if it has none.
  public init?(of tokenizer: some Tokenizer) {
    let found = Self.known.first { pair in
      tokenizer.specialToken(pair.end) != nil
        && (pair.begin.map { tokenizer.specialToken($0) != nil } ?? true)
    }
    guard let found else { return nil }
    self = found
  }
}
