internal import Artifacts

/// Lists of messages: OpenAI's `messages`, ShareGPT's `conversations`, or a bare list as the row.
///
/// Each message has `role` and `content`, or `from` and `value`; see `MessageListReader` for its
/// other keys, and `RowExtras` for the row's other columns. A row with `chosen` and `rejected` is a
/// preference pair: see `PreferenceFormat`.
///
/// Sources: OpenAI's fine-tuning guide; FastChat, `data/dummy_conversation.json`; axolotl's
/// "Conversation" page; LLaMA-Factory, `data/README.md`; TRL, "Dataset formats".
struct MessagesFormat: RowFormat {
  /// The columns that may hold the list, in the order in which they are looked for.
  static let listColumns = ["messages", "conversations", "conversation"]

  private let columns: ColumnNames

  init(_ columns: ColumnNames) { self.columns = columns }

  func read(_ row: JSONValue) throws -> RowReading {
    if PreferenceFormat.answerColumns(of: row, columns) != nil {
      return try PreferenceFormat(columns).read(row)
    }
    var reader = MessageListReader(columns)
    if case .array(let list) = row {
      let messages = try reader.messages(of: list, key: "the row")
      return RowReading(Conversation(id: "", messages: messages), unused: reader.unusedKeys)
    }
    var fields = try FieldReader(row, of: "the row", nullIsAbsent: true)
    guard let messages = try Self.list(in: &fields, columns, &reader) else {
      throw RowFault(
        .missingField, "the row has neither `messages` nor `conversations`",
        remedy: "map the column that holds the messages, or name another kind")
    }
    var conversation = Conversation(id: "", messages: messages)
    try RowExtras(columns).complete(&conversation, from: &fields)
    return RowReading(conversation, unused: fields.unused + reader.unusedKeys)
  }

  /// The messages of a row's list, whatever its column is called; `nil` without such a column.
  static func list(
    in fields: inout FieldReader, _ columns: ColumnNames, _ reader: inout MessageListReader
  ) throws -> [Message]? {
    for column in listColumns {
      let name = columns[column]
      guard let list = try fields.list(name) else { continue }
      return try reader.messages(of: list, key: "`\(name)`")
    }
    return nil
  }
}
