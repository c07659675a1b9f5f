public import Artifacts
public import Batching
public import Conversations
public import Modeling
public import Tokenization

/// What a model answered to a prompt.
public struct Answer: Sendable, Equatable {
  /// The tokens of the prompt as the model saw them.
  public var promptIDs: [TokenID]
  /// The tokens of the answer, without the one that ended it.
  public var ids: [TokenID]
  /// The answer as text; bytes that are no UTF-8 stand as U+FFFD.
  public var text: String
  /// Why it ended.
  public var stopReason: GeneratedTokens.StopReason

  /// What `akshara generate --json` prints.
  public var json: JSONValue {
    [
      "stop_reason": .string(stopReason.name),
      "prompt_ids": .array(promptIDs.map { JSONValue($0) }),
      "ids": .array(ids.map { JSONValue($0) }), "text": .string(text),
    ]
  }
}

extension GeneratedTokens.StopReason {
  /// The reason for programs: `end_token`, `stop_text`, `max_tokens` or `positions`.
  public var name: String {
    switch self {
    case .stopToken: "end_token"
    case .stopText: "stop_text"
    case .maximumTokens: "max_tokens"
    case .positions: "positions"
    }
  }
}

/// Turns text into a prompt's tokens, lets a model go on, and turns its tokens into text.
public struct PromptAnswerer {
  /// How text becomes a prompt.
  public enum Framing: Sendable {
    /// It stays as it is; the texts of control tokens in it become these tokens, since whoever
    /// writes a raw prompt writes the template too. Before it stand the tokens that the tokenizer's
    /// file puts before a text, as transformers puts them there, unless the prompt begins with them.
    case raw
    /// It is a user's message under a chat template: its text can become no control token.
    case chat(any ChatTemplate)
  }

  private let tokenizer: any Tokenizer
  private let framing: Framing
  private let encoder: PromptEncoder?
  private let stopTokens: Set<TokenID>

  /// An answerer for the model of `configuration`.
  ///
  /// - Throws: `invalidOption` if the tokenizer lacks a control token of the template.
  public init(
    _ configuration: ModelConfiguration, tokenizer: any Tokenizer, framing: Framing
  ) throws {
    self.tokenizer = tokenizer
    self.framing = framing
    var stops = Set(configuration.endTokens)
    switch framing {
    case .raw: encoder = nil
    case .chat(let template):
      let encoder = try PromptEncoder(template, tokenizer: tokenizer)
      stops.insert(encoder.endToken)
      self.encoder = encoder
    }
    stopTokens = stops
  }

  /// The tokens of a prompt: under a chat template a prefix of what was trained on.
  ///
  /// - Throws: `unsupported` if the template has no form for it.
  public func tokens(of prompt: String) throws -> [TokenID] {
    guard let encoder else {
      let ids = tokenizer.encode(prompt, specials: .allow).ids
      let leading = tokenizer.leadingTokens
      return ids.starts(with: leading) ? ids : leading + ids
    }
    return try encoder.tokens(
      for: Conversation(id: "prompt", messages: [Message(.user, .text(prompt))]))
  }

  /// The tokens before the assistant's next message of a conversation.
  ///
  /// - Throws: `unsupported` if the template has no form for it; `invalidOption` without a template.
  public func tokens(of conversation: Conversation) throws -> [TokenID] {
    guard let encoder else {
      throw AksharaError(
        .invalidOption, "messages need a chat template",
        remedy: "leave --raw out, or give the whole text as --prompt")
    }
    return try encoder.tokens(for: conversation)
  }

  /// The model's answer to `prompt`.
  ///
  /// - Parameters:
  ///   - options: how it is made; the model's and the template's end tokens always end it.
  ///   - stops: texts at which it stops; they and what follows are not part of the text, though
  ///     their tokens are part of `ids`.
  ///   - onText: sees the text as it grows, never half a character.
  /// - Throws: `invalidOption` if the prompt is empty or too long for `generator`.
  public func answer(
    _ prompt: String, by generator: TextGenerator, _ options: GenerationOptions,
    stops: [String] = [], onText: (String) -> Void = { _ in }
  ) throws -> Answer {
    try answer(
      to: tokens(of: prompt), by: generator, options, stops: stops, onText: onText)
  }

  /// The model's answer to the tokens of a prompt; see `answer(_:by:_:stops:onText:)`.
  ///
  /// A raw prompt's text goes on where the prompt ends, so that both, joined, are one text: a space at
  /// the front stays. An answer under a chat template is a text of its own.
  ///
  /// - Throws: `invalidOption` if there are no tokens, or too many for `generator`.
  public func answer(
    to promptIDs: [TokenID], by generator: TextGenerator, _ options: GenerationOptions,
    stops: [String] = [], onText: (String) -> Void = { _ in }
  ) throws -> Answer {
    var options = options
    options.stopTokens.formUnion(stopTokens)
    var decoder = StreamDecoder(tokenizer, following: encoder == nil ? promptIDs : [])
    var filter = StopTextFilter(stops)
    var text = ""
    func show(_ piece: String) {
      text += piece
      if !piece.isEmpty { onText(piece) }
    }
    let generated = try generator.generate(promptIDs, options) { token in
      show(filter.take(decoder.decode(token)))
      return filter.stop.map { .stopText($0) }
    }
    show(filter.take(decoder.finish()))
    show(filter.finish())
    return Answer(
      promptIDs: promptIDs, ids: generated.ids, text: text, stopReason: generated.stopReason)
  }
}
