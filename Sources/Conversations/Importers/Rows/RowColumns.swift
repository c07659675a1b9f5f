internal import Artifacts

/// Where the columns of one row stand on its tape.
struct RowColumns {
  private(set) var question: Int?
  private(set) var context: Int?
  private(set) var answer: Int?
  private(set) var category: Int?
  private(set) var system: Int?
  private(set) var text: Int?
  /// The list of messages.
  var list: Int?
  /// The numbers of columns with a value of which nothing is made, a bit each.
  private(set) var unused: UInt64 = 0
  /// The numbers of all columns, a bit each.
  private var seen: UInt64 = 0

  /// Takes note of the name of a column; `false` if it comes twice, which needs a closer look.
  mutating func isFirst(_ number: Int) -> Bool {
    let bit: UInt64 = 1 << UInt64(number)
    defer { seen |= bit }
    return seen & bit == 0
  }

  /// Takes note of a column with a value of which nothing is made.
  mutating func addUnused(_ number: Int) { unused |= 1 << UInt64(number) }

  /// Takes note of a column; `false` if another one is the same part, or it holds what was not
  /// planned.
  mutating func take(
    _ part: RowPlan.Part, _ value: Int, _ kind: JSONTape.Kind, _ tape: JSONTape
  ) -> Bool {
    switch part {
    case .question: Self.set(&question, value, kind == .string)
    case .answer: Self.set(&answer, value, kind == .string)
    case .text: Self.set(&text, value, kind == .string)
    case .list: kind == .null || Self.set(&list, value, kind == .array)
    case .context: kind == .null ? context == nil : Self.set(&context, value, kind == .string)
    case .system: kind == .null ? system == nil : Self.set(&system, value, kind == .string)
    case .category: kind == .null ? category == nil : Self.set(&category, value, kind == .string)
    case .emptyList: kind == .null || (kind == .array && tape.inside(value) == tape.end(of: value))
    case .absent: kind == .null
    }
  }

  private static func set(_ place: inout Int?, _ value: Int, _ isFit: Bool) -> Bool {
    guard isFit, place == nil else { return false }
    place = value
    return true
  }

  /// Whether all is there that a shape needs.
  func isWhole(_ shape: RowPlan.Shape) -> Bool {
    switch shape {
    case .instruction: question != nil && answer != nil
    case .messages: list != nil
    case .text: text != nil
    }
  }
}
