internal import Artifacts
internal import Synchronization

/// What the page asks for, answered from rows and reviews.
final class RowCatalog: Sendable {
  private let rows: any RowSource
  private let desk: ReviewDesk
  private let scans = ScanShelf()
  private let tags = Mutex<[String: Int]?>(nil)

  /// A page of the list has so many rows at most.
  static let mostRows = 500
  /// Tags are collected from so many rows, from the first on: enough to offer them.
  private static let rowsWithTags = 100_000
  private static let mostTags = 200

  init(_ rows: any RowSource, _ desk: ReviewDesk) {
    self.rows = rows
    self.desk = desk
  }

  /// Ends what is under way.
  func close() { scans.stopAll() }

  /// What the page must know once.
  var description: JSONValue {
    var object = rows.description.object ?? [:]
    object["reviews"] = desk.counts
    object["verdicts_file"] = .string(desk.path)
    return .object(object)
  }

  /// A stretch of the list: `{"rows": […], "found", "scanned", "total", "done"}`.
  ///
  /// - Throws: `invalidOption` for parameters that cannot be.
  func list(_ parameters: [(key: String, value: String)]) throws -> JSONValue {
    let (filter, application, rest) = try filter(parameters)
    var others = rest
    let first = try Self.take("from", of: &others, upTo: rows.count) ?? 0
    let count = try Self.take("count", of: &others, upTo: Self.mostRows) ?? 50
    let sought = try Self.take("near", of: &others, upTo: rows.count)
    try Self.refuse(others)
    try desk.refresh()
    guard !filter.isEmpty else {
      let range = min(first, rows.count)..<min(first + count, rows.count)
      return answer(Array(range), found: rows.count, scanned: rows.count, isDone: true, sought)
    }
    let scan = scans.scan(.init(filter: filter, application: application)) {
      RowScan(count: rows.count) { [rows, desk] in
        let matches = rows.matcher(for: filter)
        guard let review = filter.review else { return matches }
        return { matches($0) && desk.passes(rows.id($0), review) }
      }
    }
    let page = scan.page(from: first, count: count)
    return answer(
      page.rows, found: page.found, scanned: page.scanned, isDone: page.isDone,
      sought.map { scan.place(of: $0) })
  }

  /// Ends the scan for a filter.
  func stop(_ parameters: [(key: String, value: String)]) throws {
    let (filter, application, others) = try filter(parameters)
    try Self.refuse(others)
    scans.stop(.init(filter: filter, application: application))
  }

  /// A row, with what is said of it.
  func row(_ parameters: [(key: String, value: String)]) throws -> JSONValue {
    let row = try number(parameters)
    var object = try rows.detail(row).object ?? [:]
    try desk.refresh()
    object["review"] = desk.review(of: rows.id(row)).json
    return .object(object)
  }

  /// A row twice.
  func comparison(_ parameters: [(key: String, value: String)]) throws -> JSONValue {
    try rows.comparison(try number(parameters))
  }

  /// Writes a review down; `nil`, and nothing is written, if no row is of the conversation that it names.
  ///
  /// - Parameter json: `{"id", "row"?, "verdict"?, "note"?}`.
  /// - Throws: as `ReviewDesk.change`.
  /// - Complexity: looks at one row if `row` is one of the conversation's, else at all up to the first.
  func review(_ json: JSONValue) throws -> JSONValue? {
    let id = try ReviewChange(json: json).id
    guard hasRow(of: id, perhaps: json["row"]?.integer) else { return nil }
    let review = try desk.change(json)
    return ["review": review.json, "reviews": desk.counts]
  }

  private func hasRow(of id: String, perhaps row: Int64?) -> Bool {
    if let row, (0..<Int64(rows.count)).contains(row), rows.id(Int(row)) == id { return true }
    return (0..<rows.count).contains { rows.id($0) == id }
  }

  /// The tags of the first rows, the most frequent first.
  var tagNames: JSONValue {
    let counts = tags.withLock { tags in
      if let tags { return tags }
      var counts: [String: Int] = [:]
      for row in 0..<min(rows.count, Self.rowsWithTags) {
        for tag in rows.tags(row) { counts[tag, default: 0] += 1 }
      }
      tags = counts
      return counts
    }
    return .array(
      counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.mostTags)
        .map { ["name": .string($0.key), "count": JSONValue($0.value)] })
  }

  private func answer(
    _ numbers: [Int], found: Int, scanned: Int, isDone: Bool, _ place: Int?
  ) -> JSONValue {
    let listed = numbers.map { row -> JSONValue in
      let listing = rows.listing(row)
      var object = listing.json
      let review = desk.review(of: listing.id)
      if !review.isEmpty { object["review"] = review.json }
      return .object(object)
    }
    return [
      "rows": .array(listed), "found": JSONValue(found), "scanned": JSONValue(scanned),
      "total": JSONValue(rows.count), "done": .bool(isDone),
      "place": place.map { JSONValue($0) } ?? .null,
    ]
  }

  private func number(_ parameters: [(key: String, value: String)]) throws -> Int {
    var others = parameters
    let row = try Self.take("row", of: &others, upTo: rows.count - 1)
    try Self.refuse(others)
    guard let row else { throw AksharaError(.invalidOption, "the row's number is missing") }
    return row
  }

  /// The filter that parameters describe, how often it was applied, and the other parameters.
  private func filter(
    _ parameters: [(key: String, value: String)]
  ) throws -> (RowFilter, String, [(key: String, value: String)]) {
    let application = parameters.first { $0.key == "at" }?.value ?? ""
    let place = ["from", "count", "near"]
    let filter = try RowFilter(
      parameters.filter { $0.key != "at" && !place.contains($0.key) })
    return (filter, String(application.prefix(40)), parameters.filter { place.contains($0.key) })
  }

  private static func take(
    _ key: String, of parameters: inout [(key: String, value: String)], upTo most: Int
  ) throws -> Int? {
    guard let index = parameters.firstIndex(where: { $0.key == key }) else { return nil }
    let text = parameters.remove(at: index).value
    guard let number = Int(text), number >= 0, number <= most else {
      throw AksharaError(
        .invalidOption, "`\(key)` is not in 0…\(most): `\(text.prefix(40))`")
    }
    return number
  }

  private static func refuse(_ parameters: [(key: String, value: String)]) throws {
    guard let key = parameters.first?.key else { return }
    throw AksharaError(.invalidOption, "there is no parameter `\(key.prefix(40))`")
  }
}
