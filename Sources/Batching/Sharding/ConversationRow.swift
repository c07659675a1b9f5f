internal import Artifacts
internal import Conversations

/// Reads a line that holds a conversation: a record of our own, or OpenAI's plain form of one.
///
///     {"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": null, "tool_calls": […]}]}
///
/// A row without `id` is named by its file and line, and a message that calls tools may have no
/// content. Data sets of other layouts are turned into conversations by `akshara import`, and errors
/// say so.
enum ConversationRow {
  private static let importRemedy = "turn the data set into conversations with `akshara import`"

  /// The conversation of a line.
  ///
  /// - Throws: `malformed`, naming the place and the remedy.
  static func conversation(_ json: JSONValue, at location: SourceLocation) throws -> Conversation {
    guard var row = json.object, let messages = row["messages"]?.array else {
      return try asForeign { try Conversation(json: json, at: location) }
    }
    row["messages"] = .array(messages.map(withContent))
    let isPlain = row["id"] == nil
    if isPlain {
      let line = location.line.map { "-\($0)" } ?? ""
      let file = Path.stem(of: Compression.nameWithoutSuffix(location.file))
      // The name comes first, as in our own records.
      row = JSONObject([("id", .string(file + line))] + row.pairs.map { ($0.key, $0.value) })
    }
    let record = JSONValue.object(row)
    guard isPlain else { return try Conversation(json: record, at: location) }
    return try asForeign { try Conversation(json: record, at: location) }
  }

  /// A message that calls tools with an empty text where it has none.
  private static func withContent(_ message: JSONValue) -> JSONValue {
    guard var object = message.object, !(object["tool_calls"]?.array ?? []).isEmpty,
      object["content"] == nil || object["content"] == .null
    else { return message }
    object["content"] = ""
    return .object(object)
  }

  private static func asForeign(_ body: () throws -> Conversation) throws -> Conversation {
    do { return try body() } catch var error as AksharaError where error.code == .malformed {
      error.remedy = [error.remedy, importRemedy].compactMap { $0 }.joined(separator: ", or ")
      throw error
    }
  }
}
