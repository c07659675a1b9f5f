internal import Artifacts
internal import Conversations

/// Reads a line that holds a conversation: a record of our own, or OpenAI's plain form of one.
///
///     {"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": null, "tool_calls": […]}]}
///
/// A row without `id` is named by its file and line. Data sets of other layouts are turned into conversations by `akshara import`, and errors
/// say so.
enum ConversationRow {
  private static let importRemedy = "turn the data set into conversations with `akshara import`"

  /// The conversation of a line of a block: from the parser's tape where it is plain, else from its
  /// JSON.
  ///
  /// - Throws: `malformed`, naming the place and the remedy.
  static func conversation(
    _ line: LineBlock.Line, of block: LineBlock, at location: SourceLocation, by parser: JSONParser
  ) throws -> Conversation {
    let plain = block.bytes.withUnsafeBytes { bytes in
      parser.tape(ofPadded: UnsafeRawBufferPointer(rebasing: bytes[line.range]))
        .flatMap { Conversation(tape: $0) }
    }
    if let plain { return plain }
    return try conversation(
      try parser.value(of: block.line(line), in: location.file), at: location)
  }

  /// The conversation of a line.
  ///
  /// - Throws: `malformed`, naming the place and the remedy.
  static func conversation(_ json: JSONValue, at location: SourceLocation) throws -> Conversation {
    guard let row = json.object, row["messages"]?.array != nil else {
      return try asForeign { try Conversation(json: json, at: location) }
    }
    guard row["id"] == nil else { return try Conversation(json: json, at: location) }
    let line = location.line.map { "-\($0)" } ?? ""
    let file = Path.stem(of: Compression.nameWithoutSuffix(location.file))
    // The name comes first, as in our own records.
    let record = JSONObject([("id", .string(file + line))] + row.pairs.map { ($0.key, $0.value) })
    return try asForeign { try Conversation(json: .object(record), at: location) }
  }

  private static func asForeign(_ body: () throws -> Conversation) throws -> Conversation {
    do { return try body() } catch var error as AksharaError where error.code == .malformed {
      error.remedy = [error.remedy, importRemedy].compactMap { $0 }.joined(separator: ", or ")
      throw error
    }
  }
}
