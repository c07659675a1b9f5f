internal import Artifacts

/// Looks whether a file that is called a text really holds rows: of JSON, or of a table.
struct RowText {
  private let path: String
  private let head: [UInt8]

  private static let headLength = 4096

  /// Reads the beginning of a file; one that cannot be read holds nothing.
  init(_ path: String) {
    self.path = path
    head = (try? ByteSource.head(of: path, length: Self.headLength)) ?? []
  }

  /// Whether the file begins with an object or a list of JSON. A list of anything but objects and
  /// lists is a text that happens to be JSON.
  var holdsRows: Bool {
    let mark = Self.withoutByteOrderMark(head).first { $0 > 0x20 }
    guard mark == UInt8(ascii: "{") || mark == UInt8(ascii: "["),
      let reader = try? RowReader(path), let line = try? reader.next(),
      let row = try? reader.value(of: line)
    else { return false }
    return row.object != nil || row.array?.first?.object != nil
  }

  /// The names of the columns, if the first line is the heading of a table of a known format.
  ///
  /// - Parameter columns: what the user has mapped.
  func table(columns: [String: String]) -> [String]? {
    let line = Self.withoutByteOrderMark(head).prefix { $0 != 0x0A && $0 != 0x0D }
    guard line.count < head.count || head.count < Self.headLength,
      let names = try? CSVTableReader(path).columns, names.count > 1
    else { return nil }
    let row = JSONValue.object(JSONObject(names.map { ($0, .string("")) }))
    let isKnown = [ColumnNames(map: columns), ColumnNames(map: ColumnSpelling.map(of: names))]
      .contains { RowShape(row, $0).kind != nil }
    return isKnown || DialogueTableFormat.fits(names) ? names : nil
  }

  private static func withoutByteOrderMark(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
  }
}
