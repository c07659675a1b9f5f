internal import Artifacts
internal import Conversations
internal import Tokenization

/// Turns a conversation into the row that it becomes, or the reason why it becomes none.
struct SampleMaker: Sendable {
  /// Why a row is dropped.
  enum DropReason: String, CaseIterable {
    /// Longer than `max_length`, and not to be cut so far.
    case tooLong = "too_long"
    /// Nothing in it would be trained on.
    case noSupervisedToken = "no_supervised_token"
    /// The text that `response-template` looks for is in none of its answers.
    case responseTemplateNotFound = "response_template_not_found"
    /// Its template has no form for it.
    case refusedByTemplate = "refused_by_template"
  }

  /// What became of a conversation.
  struct Outcome {
    /// The row; `nil` if it was dropped.
    var sample: LabeledSample?
    /// Why it was dropped.
    var reason: DropReason?
    /// The tokens of the whole conversation, before anything was cut.
    var renderedTokens = 0
    /// Borders that a token would lie across.
    var straddles = 0
    /// How the row was cut, if it was.
    var truncation: Truncation?
    /// What the template did not render as it stood.
    var changes: [RenderingChange: Int] = [:]
    /// Texts of control tokens in the messages, which stay text.
    var controlTokenText: [String: Int] = [:]

    /// Why there is no row.
    var droppedFor: DropReason { reason ?? .noSupervisedToken }
  }

  let options: FormatOptions
  let chooser: TemplateChooser
  let tokenizer: any Tokenizer
  private let scanner: ControlTextScanner
  private let responseTemplate: ResponseTemplate?

  /// - Throws: `invalidOption` if options clash or the tokenizer lacks a control token.
  init(_ options: FormatOptions, tokenizer: any Tokenizer) throws {
    try options.validate()
    self.options = options
    chooser = try TemplateChooser(options, tokenizer: tokenizer)
    self.tokenizer = tokenizer
    scanner = ControlTextScanner(tokenizer)
    responseTemplate =
      options.trainOn == .responseTemplate
      ? options.responseTemplate.map { ResponseTemplate($0, trainOnEOS: options.trainOnEOS) } : nil
  }

  /// The row of a conversation.
  ///
  /// - Throws: `unsupported` if its template refuses it and `on_refusal` is `stop`; `malformed` for
  ///   a weight that cannot be, and for a row that is too long if `truncation` is `stop`.
  func make(_ conversation: Conversation, at location: SourceLocation? = nil) throws -> Outcome {
    var encoder = SampleEncoder(tokenizer: tokenizer, border: options.border)
    return try make(conversation, at: location, by: &encoder)
  }

  /// The row of a conversation, made by an encoder of the caller's.
  func make(
    _ conversation: Conversation, at location: SourceLocation?,
    by encoder: inout some ConversationEncoder
  ) throws -> Outcome {
    let template = chooser.template(for: conversation)
    let rendered: RenderedConversation
    do {
      rendered = try render(conversation, template, at: location)
    } catch var error as AksharaError where error.code == .unsupported {
      error.location = error.location ?? location
      guard options.onRefusal == .drop else { throw error }
      return Outcome(reason: .refusedByTemplate)
    }
    let encoded = try encoder.encode(rendered)
    var outcome = Outcome(
      sample: encoded.sample, renderedTokens: encoded.sample.inputIDs.count,
      straddles: encoded.straddles, changes: rendered.changes,
      controlTokenText: scanner.counts(in: rendered))
    if encoded.sample.inputIDs.count > options.maxLength {
      outcome.sample = try cut(encoded, of: conversation, template, at: location, by: &encoder)
      outcome.truncation = outcome.sample == nil ? nil : options.truncation
      if outcome.sample == nil { outcome.reason = .tooLong }
    }
    if let sample = outcome.sample, sample.supervisedCount == 0 {
      outcome.sample = nil
      outcome.truncation = nil
      outcome.reason =
        responseTemplate == nil ? .noSupervisedToken : .responseTemplateNotFound
    }
    return outcome
  }

  private func render(
    _ conversation: Conversation, _ template: any ChatTemplate, at location: SourceLocation? = nil
  ) throws -> RenderedConversation {
    let plan = try LabelPlan(
      for: conversation, trainOn: options.trainOn, trainOnEOS: options.trainOnEOS, at: location)
    let rendered = try template.render(conversation, labels: plan)
    return responseTemplate?.apply(to: rendered, of: conversation) ?? rendered
  }

  /// The row cut to `max_length`; `nil` if it must be dropped.
  private func cut(
    _ encoded: EncodedConversation, of conversation: Conversation, _ template: any ChatTemplate,
    at location: SourceLocation?, by encoder: inout some ConversationEncoder
  ) throws -> LabeledSample? {
    switch options.truncation {
    case .stop:
      throw AksharaError(
        .malformed,
        "conversation `\(conversation.id)` has \(encoded.sample.inputIDs.count) tokens, more than "
          + "`max_length` \(options.maxLength)", at: location,
        remedy: "raise `max_length`, or say with `truncation` what becomes of long rows: drop, "
          + "left or right")
    case .drop: return nil
    case .right: return encoded.sample.cutOnTheRight(to: options.maxLength, ends: encoded.ends)
    case .left:
      for kept in encoded.sample.turnsThatMayFit(options.maxLength, of: conversation) {
        var shorter = conversation
        shorter.messages = kept.map { conversation.messages[$0] }
        let rendered = try render(shorter, template)
        var cut = try encoder.encode(rendered).sample
        guard cut.inputIDs.count <= options.maxLength else { continue }
        for index in cut.spans.indices {
          cut.spans[index].message = cut.spans[index].message.map { kept[$0] }
        }
        return cut
      }
      return nil
    }
  }
}
