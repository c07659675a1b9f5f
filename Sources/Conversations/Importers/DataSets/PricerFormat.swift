internal import Artifacts

/// Rows of the price-guessing course: `{"text": "… Price is $226.00", "price": 226.95}`.
///
/// The text up to `Price is $` is the prompt, and what follows it the completion. A test row ends
/// there: its completion is the price with two digits behind the point.
///
/// Source: ed-donner/llm_engineering, week 6, `items.py` (`Item.PREFIX`).
struct PricerFormat: Sendable {
  /// Where the answer begins.
  static let prefix = "Price is $"

  private let columns: ColumnNames

  init(_ columns: ColumnNames) { self.columns = columns }

  /// The columns that such a row has.
  static let needed = ["text", "price"]

  /// Whether a row is one of these.
  static func fits(_ row: JSONValue) -> Bool {
    row["price"]?.double != nil && row["text"]?.string?.contains(prefix) == true
  }

  /// The conversation of a row; `nil` if it is no row of this kind.
  func reading(of row: JSONValue) throws -> RowReading? {
    guard columns.map.isEmpty, Self.fits(row), let text = row["text"]?.string,
      let price = row["price"]?.double, let range = text.ranges(of: Self.prefix).last
    else { return nil }
    var fields = try FieldReader(row, of: "the row", nullIsAbsent: true)
    for name in Self.needed { _ = fields.value(name) }
    let rest = String(text[range.upperBound...])
    let messages = [
      Message(.user, .text(String(text[..<range.upperBound]))),
      Message(.assistant, .text(rest.isBlank ? Self.twoDigits(price) : rest)),
    ]
    return RowReading(Conversation(id: "", messages: messages), unused: fields.unused)
  }

  private static func twoDigits(_ price: Double) -> String {
    guard abs(price) < 1e15 else { return "\(price)" }
    let cents = Int((abs(price) * 100).rounded())
    let digits = cents % 100 < 10 ? "0\(cents % 100)" : "\(cents % 100)"
    return (price < 0 && cents > 0 ? "-" : "") + "\(cents / 100).\(digits)"
  }
}
