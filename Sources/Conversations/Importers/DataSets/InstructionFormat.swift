internal import Artifacts

/// Rows of an instruction, perhaps something that it speaks about, and the answer.
///
/// The user message is the instruction. A context that is not blank makes it a list of two text
/// parts, the second beginning with an empty line: a template that has a place for the context finds
/// it there, and joined the parts read as usual. Where the instruction is blank, the context alone is
/// what is asked. An empty answer stays a conversation: dropping it is curation's decision.
///
/// Of the row's other columns `system` (or `system_prompt`) begins the conversation, `history` (a
/// list of `[question, answer]`) stands before the instruction, and `label` or `kto_tag` says
/// whether the answer is desirable.
///
/// Sources: LLaMA-Factory, `data/README.md`, "Alpaca Format"; TRL, "Dataset formats".
struct InstructionFormat: RowFormat {
  let instruction: String
  let context: String
  let response: String
  /// A column whose text becomes a tag.
  let category: String?
  /// Whether a number is taken as text where text is asked for.
  let numbersAreText: Bool
  let extras: RowExtras

  init(
    instruction: String, context: String, response: String, category: String? = nil,
    numbersAreText: Bool = false, _ columns: ColumnNames
  ) {
    self.instruction = instruction
    self.context = context
    self.response = response
    self.category = category
    self.numbersAreText = numbersAreText
    extras = RowExtras(columns)
  }

  func read(_ row: JSONValue) throws -> RowReading {
    var fields = try FieldReader(row, of: "the row", nullIsAbsent: true)
    let prompt = try self.prompt(in: &fields)
    let answer = try text(response, in: &fields)
    let tag = try category.flatMap { try fields.string($0) }
    var conversation = Conversation(
      id: "", messages: [Message(.user, prompt), Message(.assistant, .text(answer))],
      tags: tag.map { $0.isBlank ? [] : [$0] } ?? [])
    try extras.complete(&conversation, from: &fields)
    return RowReading(conversation, unused: fields.unused)
  }

  private func text(_ name: String, in fields: inout FieldReader) throws -> String {
    try numbersAreText ? fields.requiredText(name) : fields.requiredString(name)
  }

  /// The instruction, and its context if there is one.
  func prompt(in fields: inout FieldReader) throws -> Content {
    let question = try text(instruction, in: &fields)
    let context = try fields.string(context) ?? ""
    if context.isBlank { return .text(question) }
    return question.isBlank ? .text(context) : Content(texts: [question, "\n\n" + context])
  }
}

extension Content {
  /// Text parts.
  init(texts: [String]) { self = .parts(texts.map { ["type": "text", "text": .string($0)] }) }
}

extension StringProtocol {
  /// Whether there is nothing to see: white space, and characters without width of their own
  /// (ZWSP, ZWNJ, ZWJ, byte order mark).
  package var isBlank: Bool {
    unicodeScalars.allSatisfy { scalar in
      scalar.properties.isWhitespace || scalar.properties.isDefaultIgnorableCodePoint
    }
  }
}
