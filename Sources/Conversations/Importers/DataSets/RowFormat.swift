internal import Artifacts

/// Turns one row of a data set into a conversation.
///
/// The importer fills in what a format leaves empty: `id`, `language`, `provenance`, and the tags
/// and the system prompt of the options.
protocol RowFormat: Sendable {
  /// - Throws: `RowFault`.
  func read(_ row: JSONValue) throws -> RowReading
}

/// What one row, line or scene gave.
struct RowReading {
  var conversation: Conversation
  /// What else was made of it: windows of a scene, tasks.
  var further: [Conversation] = []
  /// Columns with a value of which nothing was made.
  var unusedColumns: [String]

  init(_ conversation: Conversation, further: [Conversation] = [], unused: [String] = []) {
    self.conversation = conversation
    self.further = further
    unusedColumns = unused
  }
}

/// Names of columns that the user, or a `dataset_info.json`, has mapped.
struct ColumnNames: Sendable, Equatable {
  var map: [String: String]
  /// Our names of roles, by those of the file.
  var roles: [String: String] = [:]

  /// The file's name for our column.
  subscript(column: String) -> String { map[column] ?? column }
}
