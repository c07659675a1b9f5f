import Artifacts

/// Tokens of a document as a line of text, in the form that `akshara tokenizer encode` writes and
/// `decode` reads.
public enum TokenLine {
  /// Appends IDs separated by spaces, and a line feed.
  public static func append(_ ids: [TokenID], to line: inout [UInt8]) {
    for (index, id) in ids.enumerated() {
      if index > 0 { line.append(UInt8(ascii: " ")) }
      append(id, to: &line)
    }
    line.append(UInt8(ascii: "\n"))
  }

  /// Appends `{"ids":[…],"ends":[…]}` and a line feed; `ends` are the byte offsets of
  /// `Encoding.ends`.
  public static func append(json encoding: Encoding, to line: inout [UInt8]) {
    let json: JSONValue = [
      "ids": .array(encoding.ids.map { JSONValue($0) }),
      "ends": .array(encoding.ends.map { JSONValue($0) }),
    ]
    line += json.compact
    line.append(UInt8(ascii: "\n"))
  }

  /// The IDs on a line: separated by spaces, or a JSON object with `ids`, or a JSON array.
  ///
  /// - Throws: `malformed`.
  public static func ids(
    _ line: [UInt8], vocabularyCount: Int, at location: SourceLocation
  ) throws -> [TokenID] {
    let ids: [Int64?]
    switch line.first {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let document = try JSONValue(parsing: line, at: location)
      guard let values = document["ids"]?.array ?? document.array else {
        throw AksharaError(
          .malformed, "the line has no `ids`", at: location, remedy: "write `{\"ids\": [1, 2]}`")
      }
      ids = values.map(\.integer)
    default:
      ids = line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D })
        .map { Int64(String(decoding: $0, as: UTF8.self)) }
    }
    return try ids.enumerated().map { index, id in
      guard let id, id >= 0, id < vocabularyCount else {
        throw AksharaError(
          .malformed, "number \(index + 1) of the line is no token ID", at: location,
          remedy: "give whole numbers below \(vocabularyCount)")
      }
      return TokenID(id)
    }
  }

  private static func append(_ id: TokenID, to line: inout [UInt8]) {
    let start = line.count
    var rest = id
    repeat {
      line.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    line[start...].reverse()
  }
}
