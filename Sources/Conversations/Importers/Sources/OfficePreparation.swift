internal import Artifacts
internal import Orthography

/// Takes text and tables out of office files, so that the formats can read them.
///
/// Paragraphs become the lines of a text and keep their numbers; a sheet becomes a table in CSV and a
/// source of its own, `book.xlsx#Sheet`.
struct OfficePreparation {
  let options: ImportOptions
  let scratch: ScratchFolder

  /// The sources of a document.
  ///
  /// - Throws: `malformed`, `unsupported`, `unwritable`; `invalidOption` for a sheet that is not there.
  func sources(of file: SourcePaths.Found, _ office: OfficeFile) throws -> [PreparedSource] {
    switch try office.read(file.path, decode: { NudiText(decoding: $0).text }) {
    case .text(let text): [try source(of: text, file, isPaged: office == .pdf)]
    case .tables(let tables): try sources(of: tables, file)
    }
  }

  private func source(
    of text: OfficeText, _ file: SourcePaths.Found, isPaged: Bool
  ) throws -> PreparedSource {
    var lines = text.lines.map { $0.fault == nil ? $0.text : "" }
    var kind: ImportKind?
    if isPaged {
      let plain = lines.map { $0.replacing("\u{0C}", with: "") }
      kind = options.kind == .auto && TextRecognition(lines: plain).isScript ? .script : nil
      // Only scripts know pages.
      if (kind ?? options.kind) != .script { lines = plain }
    }
    let path = scratch.file(".txt")
    try AtomicFile.write(Array(lines.joined(separator: "\n").utf8), to: path)
    var source = PreparedSource(path, name: file.name, of: file)
    source.kind = kind
    source.leftOut = text.leftOut
    source.faults = text.lines.enumerated().compactMap { index, line in
      line.fault.map { PreparedSource.Fault(line: index + 1, text: line.text, fault: $0) }
    }
    return source
  }

  private func sources(
    of tables: [OfficeTable], _ file: SourcePaths.Found
  ) throws -> [PreparedSource] {
    let names = tables.map(\.name)
    if let sheet = file.sheet, !names.contains(sheet) {
      throw AksharaError(
        .invalidOption, "there is no sheet `\(sheet)`", at: SourceLocation(file: file.name),
        remedy: "the sheets are " + names.map { "`\($0)`" }.joined(separator: ", "))
    }
    let chosen = tables.filter { table in
      file.sheet.map { $0 == table.name } ?? !table.rows.isEmpty
    }
    guard !chosen.isEmpty else {
      throw AksharaError(
        .malformed, "no sheet has a row", at: SourceLocation(file: file.name),
        remedy: "check that this is the right file")
    }
    return try chosen.map { table in
      let (bytes, lineNumbers) = Self.csv(table)
      let path = scratch.file(".csv")
      try AtomicFile.write(bytes, to: path)
      let name = file.sheet == nil ? "\(file.name)#\(table.name)" : file.name
      var source = PreparedSource(path, name: name, of: file)
      source.lineNumbers = lineNumbers
      source.sheet = table.name
      return source
    }
  }

  /// A sheet as CSV with all cells quoted, and for each line of it the number of its row.
  static func csv(_ table: OfficeTable) -> (bytes: [UInt8], lineNumbers: [Int]) {
    let width = table.rows.map(\.cells.count).max() ?? 0
    var bytes: [UInt8] = []
    var lineNumbers: [Int] = []
    for row in table.rows {
      let start = bytes.count
      for column in 0..<width {
        if column > 0 { bytes.append(UInt8(ascii: ",")) }
        let cell = column < row.cells.count ? row.cells[column] : ""
        bytes += Array("\"\(cell.replacing("\"", with: "\"\""))\"".utf8)
      }
      bytes.append(UInt8(ascii: "\n"))
      let lines = bytes[start...].count { $0 == UInt8(ascii: "\n") }
      lineNumbers += [Int](repeating: row.number, count: lines)
    }
    return (bytes, lineNumbers)
  }
}
