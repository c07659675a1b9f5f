public import Artifacts

/// How many rows had a value in each of the columns that nothing was made of.
///
/// Holds at most 1,000 names; rows of further columns are counted together under `…`.
public struct ColumnCounts: Sendable, Equatable {
  private var counts: [String: Int] = [:]

  private static let mostNames = 1000
  private static let longestName = 100
  private static let mostShown = 8

  /// Counts of nothing.
  public init() {}

  /// Whether no column was left out.
  public var isEmpty: Bool { counts.isEmpty }

  /// How many rows had a value in a column.
  public subscript(name: String) -> Int { counts[name] ?? 0 }

  /// Counts rows that have a value in a column, or other things by their names.
  mutating func add(_ name: String, count: Int = 1) {
    guard count > 0 else { return }
    let short = name.utf8.count <= Self.longestName ? name : name.prefix(Self.longestName) + "…"
    let isKnown = counts[short] != nil || counts.count < Self.mostNames
    counts[isKnown ? short : "…", default: 0] += count
  }

  /// Adds other counts.
  mutating func add(_ other: ColumnCounts) {
    for (name, count) in other.sorted { add(name, count: count) }
  }

  /// The counts as JSON, in the order of the names.
  public var json: JSONValue {
    .object(JSONObject(sorted.map { ($0.key, JSONValue($0.value)) }))
  }

  /// The first counts as one line: `source 1060, url 3`.
  public var summary: String {
    let shown = sorted.prefix(Self.mostShown).map { "\($0.key) \($0.value)" }
    let rest = counts.count - shown.count
    return shown.joined(separator: ", ") + (rest > 0 ? ", … and \(rest) more" : "")
  }

  private var sorted: [(key: String, value: Int)] {
    counts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }
}
