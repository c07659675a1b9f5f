internal import Artifacts

/// Our own records: taken over as they are, with their identifiers and provenances.
struct ConversationsFormat: RowFormat {
  func conversation(from row: JSONValue) throws -> Conversation { try Conversation(record: row) }
}
