internal import Artifacts

/// Reads the sheets of an Excel workbook (`.xlsx`).
///
/// Cells are taken as they are stored: a date is the number of its day, a formula its last value.
/// Source: ECMA-376, part 1, 18.2 (workbook), 18.3 (worksheets), 18.4 (shared strings).
struct Spreadsheet {
  private let archive: ZipArchive
  private let path: String

  /// The sheets, in the workbook's order.
  ///
  /// - Throws: `malformed`.
  static func tables(_ archive: ZipArchive, path: String) throws -> [OfficeTable] {
    let book = Spreadsheet(archive: archive, path: path)
    let strings = try book.sharedStrings()
    return try book.sheets().map { try book.table($0.name, at: $0.part, strings) }
  }

  private func reader(_ part: String) throws -> XMLReader? {
    guard let bytes = try archive.read(part, limit: OfficeText.largestPart) else { return nil }
    return try XMLReader(bytes, path: path)
  }

  /// The sheets' names and the parts of the archive that hold them.
  private func sheets() throws -> [(name: String, part: String)] {
    guard let book = try reader("xl/workbook.xml") else {
      throw AksharaError(
        .malformed, "the archive has no `xl/workbook.xml`: it is no Excel workbook",
        at: SourceLocation(file: path), remedy: "save it again as .xlsx")
    }
    let targets = try relationships()
    var sheets: [(String, String)] = []
    while let event = try book.next() {
      guard event == .start("sheet"), let name = book.attribute("name"),
        let target = book.attribute("r:id").flatMap({ targets[$0] })
      else { continue }
      sheets.append((name, target))
    }
    return sheets
  }

  /// The workbook's parts by their identifiers.
  private func relationships() throws -> [String: String] {
    guard let reader = try reader("xl/_rels/workbook.xml.rels") else { return [:] }
    var targets: [String: String] = [:]
    while let event = try reader.next() {
      guard event == .start("Relationship"), let id = reader.attribute("Id"),
        let target = reader.attribute("Target"), reader.attribute("TargetMode") != "External"
      else { continue }
      // A name inside the archive, never of a file beside it.
      targets[id] = target.hasPrefix("/") ? String(target.dropFirst()) : "xl/" + target
    }
    return targets
  }

  private func sharedStrings() throws -> [String] {
    guard let reader = try reader("xl/sharedStrings.xml") else { return [] }
    var strings: [String] = []
    var text = ""
    var (isText, isReading) = (false, false)
    while let event = try reader.next() {
      switch event {
      case .start("si"): text = ""
      case .end("si"): strings.append(Self.unescaped(text))
      // How a word is read, written above it, is no part of the cell.
      case .start("rPh"): isReading = true
      case .end("rPh"): isReading = false
      case .start("t"): isText = !isReading
      case .end("t"): isText = false
      case .text(let piece): if isText { text += piece }
      default: continue
      }
    }
    return strings
  }

  private func table(_ name: String, at part: String, _ strings: [String]) throws -> OfficeTable {
    var table = OfficeTable(name: name)
    guard let reader = try reader(part) else { return table }
    var row: [String] = []
    var cell = CellReader(strings: strings)
    while let event = try reader.next() {
      switch event {
      case .start("row"):
        row = []
        if let number = reader.attribute("r").flatMap({ Int($0) }) { table.goOn(at: number) }
      case .end("row"): try table.add(row, path: path)
      case .start("c"): cell.begin(reader, after: row.count)
      case .end("c"):
        guard cell.column < OfficeTable.mostColumns else { continue }
        while row.count < cell.column { row.append("") }
        row.append(cell.value)
      case .start("v"), .start("t"): cell.isText = true
      case .end("v"), .end("t"): cell.isText = false
      case .text(let piece): if cell.isText { cell.text += piece }
      default: continue
      }
    }
    return table
  }

  /// A string with its escapes `_x000D_` replaced by the characters that XML cannot hold.
  ///
  /// Source: ECMA-376, part 1, 22.9.2.19 (`ST_Xstring`).
  static func unescaped(_ text: String) -> String {
    guard text.contains("_x") else { return text }
    return text.replacing(/_x([0-9A-Fa-f]{4})_/) { match in
      UInt32(match.output.1, radix: 16).flatMap(Unicode.Scalar.init).map { String(Character($0)) }
        ?? String(match.output.0)
    }
  }

  /// One cell under way.
  private struct CellReader {
    let strings: [String]
    var column = 0
    var text = ""
    var isText = false
    private var type = ""

    init(strings: [String]) { self.strings = strings }

    /// - Parameter next: the column of a cell that does not say its own.
    mutating func begin(_ reader: XMLReader, after next: Int) {
      text = ""
      type = reader.attribute("t") ?? "n"
      column = reader.attribute("r").flatMap(Self.column) ?? next
    }

    /// The cell's text.
    var value: String {
      switch type {
      case "s":
        let index = Int(text) ?? -1
        return strings.indices.contains(index) ? strings[index] : ""
      case "b": return text == "1" ? "TRUE" : "FALSE"
      case "inlineStr", "str": return Spreadsheet.unescaped(text)
      default: return text
      }
    }

    /// The column of a cell's name, from 0: `AB12` is column 27.
    private static func column(_ name: String) -> Int? {
      var column = 0
      for letter in name.utf8.prefix(while: { (65...90).contains($0) }).prefix(4) {
        column = column * 26 + Int(letter) - 64
      }
      return column > 0 ? column - 1 : nil
    }
  }
}
