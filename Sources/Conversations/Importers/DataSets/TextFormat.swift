internal import Artifacts

/// Documents without a question: each becomes one assistant message.
///
/// In a plain text a document is a line that is not blank; in JSON it is the column `text`.
struct TextFormat: RowFormat {
  let column: String

  init(_ columns: ColumnNames) { column = columns["text"] }

  func read(_ row: JSONValue) throws -> RowReading {
    if case .string(let text) = row { return RowReading(document(text)) }
    var fields = try FieldReader(row, of: "the row", nullIsAbsent: true)
    let text = try fields.requiredString(column)
    return RowReading(document(text), unused: fields.unused)
  }

  private func document(_ text: String) -> Conversation {
    Conversation(id: "", messages: [Message(.assistant, .text(text))])
  }
}
