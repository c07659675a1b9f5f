internal import Artifacts

/// Reads the text (`.odt`) or the tables (`.ods`) of an OpenDocument file.
///
/// Source: OpenDocument 1.3, part 3: 5.1 (paragraphs), 6.1 (`text:s`, `text:tab`,
/// `text:line-break`), 9.1 (tables, repeated rows and cells).
struct OpenDocument {
  private let reader: XMLReader
  private let path: String
  private var text = OfficeText()
  private var tables: [OfficeTable] = []
  private var line = ""
  /// How many paragraphs are open.
  private var depth = 0
  private var skipped = 0
  private var cell: Cell?
  private var row: [String] = []
  private var rowRepeat = 1

  private struct Cell {
    var lines: [String] = []
    var count = 1
  }

  private init(_ archive: ZipArchive, path: String) throws {
    guard let bytes = try archive.read("content.xml", limit: OfficeText.largestPart) else {
      throw AksharaError(
        .malformed, "the archive has no `content.xml`: it is no OpenDocument file",
        at: SourceLocation(file: path), remedy: "save it again as .odt or .ods")
    }
    reader = try XMLReader(bytes, path: path)
    self.path = path
  }

  /// The lines of a text document.
  ///
  /// - Throws: `malformed`.
  static func text(_ archive: ZipArchive, path: String) throws -> OfficeText {
    var document = try OpenDocument(archive, path: path)
    try document.readAll()
    return document.text
  }

  /// The tables of a spreadsheet.
  ///
  /// - Throws: `malformed`.
  static func tables(_ archive: ZipArchive, path: String) throws -> [OfficeTable] {
    var document = try OpenDocument(archive, path: path)
    try document.readAll()
    return document.tables
  }

  private mutating func readAll() throws {
    while let event = try reader.next() {
      switch event {
      case .start(let name): try start(name)
      case .end(let name): try end(name)
      case .text(let piece): if depth > 0, skipped == 0 { line += Self.collapsed(piece) }
      }
    }
  }

  /// Elements whose text is not the document's: comments, notes, what was deleted.
  private static let uncounted: Set<String> = ["annotation", "note", "tracked-changes"]

  private mutating func start(_ name: String) throws {
    if Self.uncounted.contains(name) {
      skipped += 1
      text.leftOut.add(name)
    }
    guard skipped == 0 else { return }
    switch name {
    case "p", "h":
      depth += 1
      line = ""
    case "s": line += String(repeating: " ", count: count("text:c", most: 1_000))
    case "tab": line += "\t"
    case "line-break": line += "\n"
    case "table": tables.append(OfficeTable(name: reader.attribute("table:name") ?? ""))
    case "table-row":
      row = []
      rowRepeat = count("table:number-rows-repeated", most: OfficeTable.mostRows)
    case "table-cell", "covered-table-cell":
      cell = Cell(count: count("table:number-columns-repeated", most: OfficeTable.mostColumns))
    default: break
    }
  }

  private mutating func end(_ name: String) throws {
    if Self.uncounted.contains(name) { skipped -= 1 }
    guard skipped == 0 else { return }
    switch name {
    case "p", "h":
      depth -= 1
      if cell == nil { text.add(line, fault: nil) } else { cell?.lines.append(line) }
      line = ""
    case "table-cell", "covered-table-cell":
      guard let cell else { return }
      let value = cell.lines.joined(separator: "\n")
      // Empty cells at the end of a row are repeated up to the sheet's last column.
      let room = OfficeTable.mostColumns - row.count
      guard value.isEmpty || cell.count <= room else {
        throw AksharaError(
          .malformed, "a row has more than \(OfficeTable.mostColumns) cells",
          at: SourceLocation(file: path), remedy: "save the sheet again")
      }
      row += [String](repeating: value, count: max(0, min(cell.count, room)))
      self.cell = nil
    case "table-row":
      // So are empty rows at the end of the sheet.
      let isEmpty = row.allSatisfy(\.isEmpty)
      guard let table = tables.indices.last else { return }
      for _ in 0..<(isEmpty ? 1 : rowRepeat) { try tables[table].add(row, path: path) }
      if isEmpty { tables[table].skip(rowRepeat - 1) }
    default: break
    }
  }

  /// How often something is repeated.
  private func count(_ attribute: String, most: Int) -> Int {
    min(max(1, reader.attribute(attribute).flatMap { Int($0) } ?? 1), most)
  }

  /// Runs of white space in the file are one space (section 6.1.2).
  private static func collapsed(_ piece: String) -> String {
    var result = String.UnicodeScalarView()
    var wasSpace = false
    for scalar in piece.unicodeScalars {
      let isSpace = [" ", "\t", "\n", "\r"].contains(scalar)
      if !isSpace { result.append(scalar) } else if !wasSpace { result.append(" ") }
      wasSpace = isSpace
    }
    return String(result)
  }
}
