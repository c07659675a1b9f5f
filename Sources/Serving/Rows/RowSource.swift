internal import Artifacts
internal import Batching
internal import Conversations

/// Rows by number, wherever they come from: a shard set, or conversations before they are sharded.
///
/// Numbers count through all splits, from 0. Safe to share between threads.
protocol RowSource: Sendable {
  /// How many rows.
  var count: Int { get }

  /// What the page must know once.
  var description: JSONValue { get }

  /// What names the rows that are looked at in a review: the set's digest; `nil` if they have none.
  var digest: String? { get }

  /// A line of the list.
  func listing(_ row: Int) -> RowListing

  /// A row as conversation and as tokens.
  ///
  /// - Throws: `malformed` if the row cannot be read.
  func detail(_ row: Int) throws -> JSONValue

  /// The same row twice: as it is and under the other tokenizer or template.
  ///
  /// - Throws: `invalidOption` if there is nothing to compare with; as `detail(_:)`.
  func comparison(_ row: Int) throws -> JSONValue

  /// The ID of a row's conversation.
  func id(_ row: Int) -> String

  /// What tells whether a row passes what the filter asks of it; reviews are not asked for here.
  /// It belongs to the thread that asked for it, and may keep buffers from row to row.
  func matcher(for filter: RowFilter) -> (Int) -> Bool

  /// The tags of a row.
  func tags(_ row: Int) -> [String]
}

/// A line of the list.
struct RowListing: Sendable {
  /// The number in all rows.
  var row: Int
  /// The split and the number in it.
  var split: String
  var number: Int
  var id: String
  var language: String
  /// How many tokens, and how many of them are trained on; `nil` without a tokenizer.
  var tokens: Int?
  var supervised: Int?
  /// The beginning of what is asked.
  var snippet: String
  /// The beginning of the first answer: many rows ask in the same words.
  var answer = ""

  /// So much of a text stands in the list, in bytes.
  static let snippetLength = 160

  /// The beginning of a text on one line, cut at a character.
  static func snippet(_ text: some Collection<UInt8>) -> String {
    var bytes = Array(text.prefix(snippetLength))
    if bytes.count < text.count {
      // Not inside a character: drop its bytes.
      while let last = bytes.last, last & 0xC0 == 0x80 { bytes.removeLast() }
      if bytes.last ?? 0 >= 0xC0 { bytes.removeLast() }
    }
    return String(decoding: bytes.map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
  }

  var json: JSONObject {
    [
      "row": JSONValue(row), "split": .string(split), "number": JSONValue(number),
      "id": .string(id), "language": .string(language),
      "tokens": tokens.map { JSONValue($0) } ?? .null,
      "supervised": supervised.map { JSONValue($0) } ?? .null, "snippet": .string(snippet),
      "answer": .string(answer),
    ]
  }
}
