internal import Artifacts

/// Our own records: taken over as they are, with their identifiers and provenances.
struct ConversationsFormat: RowFormat {
  func read(_ row: JSONValue) throws -> RowReading { RowReading(try Conversation(record: row)) }
}
