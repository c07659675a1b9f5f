/// Which messages are trained on.
public enum TrainOn: String, Sendable, CaseIterable {
  /// Every assistant message, with its end token.
  case assistant
  /// The last assistant message alone, with its end token.
  case lastAssistant = "last-assistant"
  /// Every token, headers and begin token too.
  case all
  /// What follows a given text inside the assistant's messages; see `ResponseTemplate`.
  case responseTemplate = "response-template"
}

/// Which end tokens are trained on.
public enum TrainOnEOS: String, Sendable, CaseIterable {
  /// That of every message that is trained on.
  case turn
  /// That of the last message that is trained on.
  case last
  /// None.
  case none
}

/// What happens to a token that lies on both sides of the border between context and answer.
///
///     text        …assistant\n\n│\nನಮಸ್ಕಾರ        the answer begins with a line feed
///     one text    …assistant [\n\n  \n] ನಮಸ್ಕಾರ   one token holds all three
///
/// Source: DESIGN of this project, §6, and transformers' `return_assistant_tokens_mask`.
public enum BorderRule: String, Sendable, CaseIterable {
  /// The answer is tokenized by itself, so no token lies on both sides, and the ids of the prompt
  /// are a prefix of the ids that are trained on.
  case cutAtAnswer = "cut_at_answer"
  /// All text between two control tokens is tokenized as one; such a token is context.
  case asRendered = "as_rendered"
  /// All text between two control tokens is tokenized as one; such a token is trained on.
  case asTransformers = "as_transformers"
}
