internal import Artifacts

/// Rows of an instruction, perhaps something that it speaks about, and the answer.
///
/// The user message is the instruction. A context that is not blank makes it a list of two text
/// parts, the second beginning with an empty line: a template that has a place for the context finds
/// it there, and joined the parts read as usual. An empty answer stays a conversation: dropping it
/// is curation's decision.
struct InstructionFormat: RowFormat {
  let instruction: String
  let context: String
  let response: String
  /// A column whose text becomes a tag.
  let category: String?

  func read(_ row: JSONValue) throws -> RowReading {
    var fields = try FieldReader(row, of: "the row", nullIsAbsent: true)
    let question = try fields.requiredString(instruction)
    let context = try fields.string(context) ?? ""
    let answer = try fields.requiredString(response)
    let tag = try category.flatMap { try fields.string($0) }
    let prompt = context.isBlank ? .text(question) : Content(texts: [question, "\n\n" + context])
    let conversation = Conversation(
      id: "", messages: [Message(.user, prompt), Message(.assistant, .text(answer))],
      tags: tag.map { $0.isBlank ? [] : [$0] } ?? [])
    return RowReading(conversation, unused: fields.unused)
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
