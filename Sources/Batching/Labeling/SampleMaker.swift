internal import Artifacts
internal import Conversations
internal import Tokenization

/// Turns a conversation into the row that it becomes, or the reason why it becomes none.
struct SampleMaker: Sendable {
  /// Why a row is dropped.
  enum DropReason: String, CaseIterable {
    /// Longer than `max_length`, and not to be cut so far.
    case tooLong = "too_long"
    /// So much context that no token of an answer fits into `max_length`.
    case noRoomForAnswer = "no_room_for_answer"
    /// Nothing in it would be trained on.
    case noSupervisedToken = "no_supervised_token"
    /// The text that `response-template` looks for is in none of its answers.
    case responseTemplateNotFound = "response_template_not_found"
    /// Its template has no form for it.
    case refusedByTemplate = "refused_by_template"
  }

  /// What became of a conversation.
  struct Outcome {
    /// The rows: one, or several where it was split; none if it was dropped.
    var samples: [LabeledSample] = []
    /// Why it was dropped.
    var reason: DropReason?
    /// What its template said against it.
    var refusal: String?
    /// The tokens of the whole conversation, before anything was cut.
    var renderedTokens = 0
    /// Borders that a token would lie across.
    var straddles = 0
    /// Tokens of its rows beyond those of the whole conversation; see `TokenLedger.repeated`.
    var repeatedTokens = 0
    /// How the row was cut, if it was.
    var truncation: Truncation?
    /// Answers to be trained on that stand in none of the rows that were kept.
    var answersLeftOut = 0
    /// What the template did not render as it stood.
    var changes: [RenderingChange: Int] = [:]
    /// Texts of control tokens in the messages, which stay text.
    var controlTokenText: [String: Int] = [:]

    /// The first row.
    var sample: LabeledSample? { samples.first }

    /// Why there is no row.
    var droppedFor: DropReason { reason ?? .noSupervisedToken }

    /// Takes the rows away.
    mutating func drop(_ reason: DropReason) {
      samples = []
      self.reason = reason
    }
  }

  let options: FormatOptions
  let chooser: TemplateChooser
  let encoder: SampleEncoder
  let scanner: ControlTextScanner
  private let responseTemplate: ResponseTemplate?

  /// - Throws: `invalidOption` if options clash or the tokenizer lacks a control token.
  init(_ options: FormatOptions, tokenizer: any Tokenizer) throws {
    try options.validate()
    self.options = options
    chooser = try TemplateChooser(options, tokenizer: tokenizer)
    encoder = SampleEncoder(tokenizer: tokenizer, border: options.border)
    scanner = ControlTextScanner(tokenizer)
    responseTemplate =
      options.trainOn == .responseTemplate
      ? options.responseTemplate.map { ResponseTemplate($0, options) } : nil
  }

  /// The row of a conversation.
  ///
  /// - Throws: `unsupported` if its template refuses it and `on_refusal` is `stop`; `malformed` for
  ///   a weight that cannot be, and for a row that is too long if `truncation` is `stop`.
  func make(_ conversation: Conversation, at location: SourceLocation? = nil) throws -> Outcome {
    var encoder = encoder
    return try make(conversation, at: location, by: &encoder)
  }

  /// The row of a conversation, made by an encoder of the caller's.
  func make(
    _ conversation: Conversation, at location: SourceLocation?,
    by encoder: inout some ConversationEncoder
  ) throws -> Outcome {
    let template = chooser.template(for: conversation)
    let plan = try plan(for: conversation, at: location)
    let rendered: RenderedConversation
    do {
      rendered = try render(conversation, template, plan)
    } catch var error as AksharaError where error.code == .unsupported {
      error.location = error.location ?? location
      guard options.onRefusal == .drop else { throw error }
      return Outcome(reason: .refusedByTemplate, refusal: error.message)
    }
    let encoded = try encoder.encode(rendered)
    var outcome = Outcome(
      samples: [encoded.sample], renderedTokens: encoded.sample.inputIDs.count,
      straddles: encoded.straddles, changes: rendered.changes,
      controlTokenText: scanner.counts(in: rendered))
    guard encoded.sample.supervisedCount > 0 else {
      outcome.drop(responseTemplate == nil ? .noSupervisedToken : .responseTemplateNotFound)
      return outcome
    }
    if encoded.sample.inputIDs.count > options.maxLength {
      let whole = Whole(conversation: conversation, template: template, plan: plan, row: encoded)
      try shorten(whole, to: &outcome, at: location)
    }
    return outcome
  }

  /// What of a conversation is trained on.
  ///
  /// - Throws: `malformed` for a weight that cannot be.
  func plan(
    for conversation: Conversation, at location: SourceLocation?
  ) throws -> LabelPlan {
    try LabelPlan(
      for: conversation, trainOn: options.trainOn, trainOnEOS: options.trainOnEOS,
      thinking: options.trainOnThinking, toolCalls: options.trainOnToolCalls, at: location)
  }

  func render(
    _ conversation: Conversation, _ template: any ChatTemplate, _ plan: LabelPlan
  ) throws -> RenderedConversation {
    let rendered = try template.render(conversation, labels: plan)
    return responseTemplate?.apply(to: rendered, of: conversation) ?? rendered
  }
}
