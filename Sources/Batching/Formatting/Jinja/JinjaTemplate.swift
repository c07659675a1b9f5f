internal import Artifacts
public import Conversations
internal import Jinja
internal import Tokenization

/// Any chat template in Jinja, as models' folders hold them.
///
/// The template is rendered by our own interpreter, which knows of every byte where it comes from:
/// control tokens stand only where the template or a variable of the tokenizer wrote them, and
/// labels follow from what each byte belongs to (`AtomLabeler`), without marks in the template. Where
/// it has `{% generation %}`, the marks decide.
public struct JinjaTemplate: ChatTemplate {
  /// The name of the file it was read from.
  public let name: String
  /// The control token that opens every sequence; `nil` if the template writes none.
  public let beginToken: String?
  /// The control token that ends a plain answer; the tokenizer's `eos_token` where the template
  /// writes none.
  public let endOfTurnToken: String
  /// The control tokens that end other answers of small conversations: calls of tools, answers in
  /// the middle.
  public let otherEndTokens: [String]
  /// Whether the template writes an answer that another one follows as one with it, without an end.
  public let continuesTurns: Bool
  /// Every control token that stands in the template's text, or in what it makes of small
  /// conversations with tools, thinking and calls.
  public let requiredSpecialTokens: [String]
  /// The template's text.
  public let jinja: String

  private let renderer: TemplateRenderer
  private let frames: AnswerFrames
  private let endText: [UInt8]?
  private let writesEnd: Bool
  /// What is written behind a plain answer that no control token ends.
  private let openEnd: String?

  /// Reads a template.
  ///
  /// - Parameters:
  ///   - date: the day that `strftime_now` gives.
  /// - Throws: `malformed` or `unsupported`, with file and line, if the text is no Jinja, or none
  ///   that is rendered here.
  init(_ file: TemplateFile, tokenizer: (any Tokenizer)?, date: TemplateDate) throws {
    let template: Template
    do {
      template = try Template(file.text)
    } catch let error as JinjaError {
      throw AksharaError(
        error.kind == .syntax ? .malformed : .unsupported, error.message,
        at: SourceLocation(file: file.path, line: error.line),
        remedy: "mend the template, or choose another one")
    }
    let day = date.components
    guard let pinned = CivilDate(year: day.year, month: day.month, day: day.day) else {
      throw AksharaError(.invalidOption, "`\(date)` is no day", remedy: "write it as `2024-07-26`")
    }
    let renderer = TemplateRenderer(
      name: file.name, template: template, variables: TemplateVariables(tokens: file.variables),
      matcher: ControlTokenMatcher(tokenizer), date: pinned)
    self.init(file, renderer)
  }

  private init(_ file: TemplateFile, _ renderer: TemplateRenderer) {
    name = file.name
    jinja = file.text
    self.renderer = renderer
    frames = AnswerFrames(renderer)
    let end = file.variables.first { $0.name == "eos_token" }?.text
    endText = end.map { Array($0.utf8) }
    let tokens = TemplateTokens(renderer, text: file.text)
    requiredSpecialTokens = tokens.all
    beginToken = tokens.begin
    writesEnd = tokens.end != nil
    openEnd = tokens.openEnd
    endOfTurnToken = tokens.end ?? end ?? ""
    otherEndTokens = tokens.otherEnds
    continuesTurns = tokens.continuesTurns
  }

  /// Renders a conversation.
  ///
  /// - Throws: `unsupported` if the template refuses it, if it cannot be told which bytes belong to
  ///   an answer, or if the template writes a control token that does not stand in its text.
  public func render(
    _ conversation: Conversation, labels: LabelPlan
  ) throws -> RenderedConversation {
    let atoms = try renderer.atoms(of: conversation, addsGenerationPrompt: false)
    return try labelled(atoms, of: conversation, labels)
  }

  /// Renders a conversation with `add_generation_prompt`.
  public func generationPrompt(for conversation: Conversation) throws -> RenderedConversation {
    let atoms = try renderer.atoms(of: conversation, addsGenerationPrompt: true)
    var rendered = try labelled(atoms, of: conversation, .none)
    // What nobody owns behind the last message opens the answer.
    for index in rendered.segments.indices.reversed() {
      guard rendered.segments[index].message == nil, rendered.segments[index].kind == .separator
      else { break }
      rendered.segments[index].kind = .header
      rendered.segments[index].role = .assistant
      rendered.segments[index].message = conversation.messages.count
    }
    return rendered
  }

  /// Refuses a template that ends a plain answer with no control token of the tokenizer: a model that
  /// is trained on such rows never learns to stop.
  ///
  /// - Throws: `invalidOption`, with the text that stands there instead.
  func requireEnd(of tokenizer: some Tokenizer) throws {
    guard let openEnd else { return }
    let end = openEnd.isEmpty ? "nothing" : "`\(openEnd)`"
    throw AksharaError(
      .invalidOption,
      "the template `\(name)` ends answers with \(end), where the tokenizer "
        + "\(tokenizer.digest) has no control token",
      remedy: "choose the template of the tokenizer's model, or add the token to the tokenizer "
        + "(`akshara tokenizer extend`), or train on no end (`--train-on-eos none`)")
  }

  /// The text that the template makes of a conversation, without labels.
  ///
  /// - Throws: `unsupported` if the template refuses it.
  public func text(
    of conversation: Conversation, addsGenerationPrompt: Bool = false
  ) throws -> [UInt8] {
    try renderer.rendering(of: conversation, addsGenerationPrompt: addsGenerationPrompt).bytes
  }

  /// Refuses an answer that is trained on and that nothing ends, where the template ends answers and
  /// ends are trained on: with one such row a set could not be proven.
  ///
  /// - Throws: `unsupported`.
  private func requireEnds(
    _ labeler: AtomLabeler, of conversation: Conversation, _ plan: LabelPlan
  ) throws {
    guard writesEnd, plan.messages.contains(where: \.end) else { return }
    let (said, ended) = labeler.saidAndEnded
    for index in said.subtracting(ended).sorted() where plan[index].isTrainedOn {
      guard !(continuesTurns && labeler.goesOn(index)) else { continue }
      throw labeler.refusal(index, "has no end")
    }
  }

  private func labelled(
    _ atoms: [TemplateAtom], of conversation: Conversation, _ plan: LabelPlan
  ) throws -> RenderedConversation {
    var labeler = AtomLabeler(
      atoms, of: conversation, template: name,
      marksGeneration: renderer.template.marksGeneration,
      endToken: writesEnd ? Array(endOfTurnToken.utf8) : nil,
      otherEnds: Set(otherEndTokens.map { Array($0.utf8) }), endText: endText,
      frames: { [frames] in frames.ways(to: $0, of: conversation) })
    try labeler.run()
    try requireEnds(labeler, of: conversation, plan)
    var assembler = SegmentAssembler(conversation, template: name, plan: plan)
    for (atom, label) in zip(labeler.atoms, labeler.labels) {
      if atom.isControl, !requiredSpecialTokens.contains(atom.text) {
        throw AksharaError(
          .unsupported,
          "the template `\(name)` makes the control token `\(atom.text)` out of pieces for "
            + "conversation `\(conversation.id)`",
          remedy: "write the token whole in the template, or choose another one")
      }
      assembler.append(atom, label)
    }
    var rendered = assembler.finish()
    let printed = printedParts(of: conversation, in: atoms)
    if printed > 0 { rendered.changes[.printedParts] = printed }
    return rendered
  }
}
