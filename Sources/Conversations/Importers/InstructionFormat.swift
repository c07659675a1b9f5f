internal import Artifacts

/// Rows of an instruction, perhaps something that it speaks about, and the answer.
///
/// The user message is the instruction, an empty line, and the context if there is one. An empty
/// answer stays a conversation: dropping it is curation's decision.
struct InstructionFormat: RowFormat {
  let instruction: String
  let context: String
  let response: String
  /// A column whose text becomes a tag.
  let category: String?

  func conversation(from row: JSONValue) throws -> Conversation {
    var fields = try FieldReader(row, of: "the row", nullIsAbsent: true)
    let question = try fields.requiredString(instruction)
    let context = try fields.string(context) ?? ""
    let answer = try fields.requiredString(response)
    let tag = try category.flatMap { try fields.string($0) }
    let prompt = context.isBlank ? question : "\(question)\n\n\(context)"
    return Conversation(
      id: "", messages: [Message(.user, .text(prompt)), Message(.assistant, .text(answer))],
      tags: tag.map { $0.isBlank ? [] : [$0] } ?? [])
  }
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
