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
  /// Names of columns with a value of which nothing is made.
  private(set) var unused: [UnsafeBufferPointer<UInt8>] = []
  /// The same, and those of columns without a value.
  private var unknown: [UnsafeBufferPointer<UInt8>] = []

  /// Rows with more columns that nothing is made of go the plain way.
  private static let mostUnused = 32

  /// Forgets the last row.
  mutating func reset() {
    (question, context, answer, category, system, text, list) = (nil, nil, nil, nil, nil, nil, nil)
    unused.removeAll(keepingCapacity: true)
    unknown.removeAll(keepingCapacity: true)
  }

  /// Takes note of a column that nothing is made of; `false` if that needs a closer look: a name
  /// that comes twice counts by its last value.
  mutating func addUnused(_ name: UnsafeBufferPointer<UInt8>, isNull: Bool) -> Bool {
    guard unknown.count < Self.mostUnused,
      !unknown.contains(where: { $0.count == name.count && $0.elementsEqual(name) })
    else { return false }
    unknown.append(name)
    if !isNull { unused.append(name) }
    return true
  }

  /// Takes note of a column; `false` if it comes twice, or holds what was not planned.
  mutating func take(
    _ part: RowPlan.Part, _ value: Int, _ kind: JSONTape.Kind, _ tape: JSONTape
  ) -> Bool {
    switch part {
    case .question: set(\.question, value, kind == .string)
    case .answer: set(\.answer, value, kind == .string)
    case .text: set(\.text, value, kind == .string)
    case .list: kind == .null || set(\.list, value, kind == .array)
    case .context: kind == .null ? context == nil : set(\.context, value, kind == .string)
    case .system: kind == .null ? system == nil : set(\.system, value, kind == .string)
    case .category: kind == .null ? category == nil : set(\.category, value, kind == .string)
    case .emptyList: kind == .null || (kind == .array && tape.inside(value) == tape.end(of: value))
    case .absent: kind == .null
    }
  }

  private mutating func set(
    _ path: WritableKeyPath<RowColumns, Int?>, _ value: Int, _ isFit: Bool
  ) -> Bool {
    guard isFit, self[keyPath: path] == nil else { return false }
    self[keyPath: path] = value
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
