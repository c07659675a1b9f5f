internal import Artifacts

/// The first record of a table, which should name the columns but may be a row.
struct TableHeading {
  private let names: [String]
  /// What stands below each name.
  private let values: [[String]]

  private static let longestName = 40
  private static let mostWords = 4

  /// - Parameter rows: the first rows, under the names.
  init(_ names: [String], _ rows: [JSONValue]) {
    self.names = names
    values = names.map { name in rows.compactMap { $0[name]?.string } }
  }

  /// Whether it looks like a row: a name is as long as a sentence, a number, or stands below itself too.
  private var isRow: Bool {
    zip(names, values).contains { name, values in
      name.count > Self.longestName || name.split(separator: " ").count > Self.mostWords
        || Double(name) != nil || values.contains(name)
    }
  }

  /// A command that imports the table with names of its own, as a remedy; `nil` if the first record
  /// does name the columns.
  func example(for file: String) -> String? {
    guard isRow else { return nil }
    let lengths = values.map { values in
      Double(values.reduce(0) { $0 + (Double($1) == nil ? $1.count : 0) })
        / Double(max(1, values.count))
    }
    let order = lengths.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
    guard let longest = order.first, lengths[longest] > 0 else { return nil }
    var columns = names.indices.map { "column_\($0 + 1)" }
    // Two columns of text are question and answer; a class or a name repeats.
    let isPair =
      order.count > 1 && lengths[order[1]] * 3 > lengths[longest]
      && Set(values[order[1]]).count * 2 > values[order[1]].count
    if isPair {
      for (index, name) in zip(order.prefix(2).sorted(), ["prompt", "completion"]) {
        columns[index] = name
      }
    } else {
      columns[longest] = "text"
    }
    return "the first record looks like a row: say what the columns are called, for example "
      + "`akshara import \(isPair ? "completion" : "text") \(file) "
      + "--columns \(columns.joined(separator: ","))`"
  }
}
