internal import Artifacts
public import Conversations
public import Tokenization

/// Turns a conversation into the tokens of a prompt: what stands before the assistant's next
/// message, cut as it was cut in training.
///
/// Under `cutAtAnswer` the prompt's tokens are a prefix of the tokens that the same conversation
/// with its answer was trained on.
public struct PromptEncoder: Sendable {
  /// The token that ends an answer.
  public let endToken: TokenID
  private let template: any ChatTemplate
  private let encoder: SampleEncoder

  /// An encoder of prompts.
  ///
  /// - Throws: `invalidOption` if the tokenizer lacks the template's end token.
  public init(
    _ template: any ChatTemplate, tokenizer: any Tokenizer, border: BorderRule = .cutAtAnswer
  ) throws {
    self.template = template
    encoder = SampleEncoder(tokenizer: tokenizer, border: border)
    endToken = try encoder.controlToken(template.endOfTurnToken)
  }

  /// The tokens of the prompt.
  ///
  /// - Throws: `unsupported` if the template refuses the conversation; `invalidOption` if the
  ///   tokenizer lacks a control token.
  public func tokens(for conversation: Conversation) throws -> [TokenID] {
    try encoder.encode(try template.generationPrompt(for: conversation)).sample.inputIDs
  }
}
