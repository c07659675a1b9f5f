internal import Artifacts

/// Turns one row of a data set into a conversation.
///
/// The importer fills in what a format leaves empty: `id`, `language`, `provenance`, and the tags
/// and the system prompt of the options.
protocol RowFormat: Sendable {
  /// - Throws: `RowFault`.
  func conversation(from row: JSONValue) throws -> Conversation
}

/// Names of columns that the user has mapped by hand.
struct ColumnNames: Sendable {
  let map: [String: String]

  /// The file's name for our column.
  subscript(column: String) -> String { map[column] ?? column }
}
