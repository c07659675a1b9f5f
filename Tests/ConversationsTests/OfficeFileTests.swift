import Artifacts
import Fixtures
import Testing

@testable import Conversations

@Suite struct OfficeFileTests {
  private let folder = TemporaryFolder()

  private func read(_ name: String, _ entries: [(String, String)]) throws -> OfficeFile.Content {
    let path = folder.file(name)
    try StoredZip.write(entries, to: path)
    // Stands in for the real decoder, which has tests of its own.
    return try #require(OfficeFile(name)).read(path) { "[\($0)]" }
  }

  private func lines(_ body: String, styles: String? = nil) throws -> [OfficeText.Line] {
    let word = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
    var entries = [
      ("word/document.xml", "<w:document \(word)><w:body>\(body)</w:body></w:document>")
    ]
    if let styles { entries.append(("word/styles.xml", "<w:styles \(word)>\(styles)</w:styles>")) }
    guard case .text(let text) = try read("a.docx", entries) else { return [] }
    return text.lines
  }

  private func run(_ text: String, font: String? = nil) -> String {
    let properties = font.map { "<w:rPr><w:rFonts w:ascii=\"\($0)\"/></w:rPr>" } ?? ""
    return "<w:r>\(properties)<w:t>\(text)</w:t></w:r>"
  }

  @Test func paragraphsAreLines() throws {
    let body =
      "<w:p>" + run("ಸೀತಾ: ") + run("ಬಾ") + "</w:p><w:p/>"
      + "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>"
    #expect(try lines(body).map(\.text) == ["ಸೀತಾ: ಬಾ", "", "a\tb", "c"])
  }

  @Test func rowsOfTablesAreLines() throws {
    func cell(_ text: String) -> String { "<w:tc><w:p>\(run(text))</w:p></w:tc>" }
    let body = "<w:tbl><w:tr>\(cell("RAVI"))\(cell("ಹೌದು, "))</w:tr></w:tbl><w:p>\(run("x"))</w:p>"
    #expect(try lines(body).map(\.text) == ["RAVI\tಹೌದು,", "x"])
  }

  @Test func whatWasDeletedMovedOrDrawnTwiceIsNotRead() throws {
    let body =
      "<w:p><w:del>\(run("gone"))</w:del><w:moveFrom>\(run("away"))</w:moveFrom>"
      + "<w:ins>\(run("new"))</w:ins></w:p>"
    #expect(try lines(body).map(\.text) == ["new"])
  }

  @Test func runsInNudiFontsAreDecoded() throws {
    let body =
      "<w:p>\(run("PÀ£ÀßqÀ", font: "Nudi 01 e"))\(run(" and English", font: "Arial"))</w:p>"
    #expect(try lines(body).map(\.text) == ["[PÀ£ÀßqÀ] and English"])
  }

  @Test func fontsComeFromStylesToo() throws {
    let styles =
      "<w:style w:styleId=\"Base\"><w:rPr><w:rFonts w:ascii=\"BRH Kannada\"/></w:rPr></w:style>"
      + "<w:style w:styleId=\"Body\"><w:basedOn w:val=\"Base\"/></w:style>"
      + "<w:style w:styleId=\"Loop\"><w:basedOn w:val=\"Loop\"/></w:style>"
    func paragraph(_ style: String) -> String {
      "<w:p><w:pPr><w:pStyle w:val=\"\(style)\"/></w:pPr>\(run("x"))</w:p>"
    }
    let body = paragraph("Body") + paragraph("Loop")
    #expect(try lines(body, styles: styles).map(\.text) == ["[x]", "x"])
  }

  @Test func otherLegacyFontsAreNamed() throws {
    let body =
      "<w:p>\(run("ªïÁ", font: "SHREE-TEL-0908"))</w:p><w:p>\(run("12", font: "Anu Pallavi"))</w:p>"
    let lines = try lines(body)
    #expect(lines[0].fault?.reason == .legacyFont)
    #expect(lines[0].fault?.message.contains("`SHREE-TEL-0908`") == true)
    #expect(lines[1].fault == nil)
  }

  @Test(arguments: [
    ("Nudi 01 e", LegacyFont.nudi), ("Nudi UNI 01 e", .none), ("NudiParijatha", .none),
    ("BRH Kannada", .nudi), ("Noto Sans Kannada", .none), ("Tunga", .none), ("Gautami", .none),
    ("SHREE-KAN-0850", .unknown("SHREE-KAN-0850")), ("Times New Roman", .none),
  ])
  func namesOfFontsTellTheEncoding(name: String, font: LegacyFont) {
    #expect(LegacyFont(named: name) == font)
  }

  private func workbook(_ sheet: String, strings: String = "") throws -> [OfficeTable] {
    let entries = [
      (
        "xl/workbook.xml",
        "<workbook xmlns:r=\"r\"><sheets><sheet name=\"ಪದ\" r:id=\"rId1\"/></sheets></workbook>"
      ),
      (
        "xl/_rels/workbook.xml.rels",
        "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
      ),
      ("xl/sharedStrings.xml", "<sst>\(strings)</sst>"),
      ("xl/worksheets/sheet1.xml", "<worksheet><sheetData>\(sheet)</sheetData></worksheet>"),
    ]
    guard case .tables(let tables) = try read("a.xlsx", entries) else { return [] }
    return tables
  }

  @Test func sheetsAreRecordsUnderTheirFirstRow() throws {
    let sheet =
      "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"C2\" t=\"inlineStr\"><is><t>response</t></is></c></row>"
      + "<row r=\"5\"><c r=\"A5\"><v>12.5</v></c><c r=\"C5\" t=\"s\"><v>1</v></c></row>"
    let strings =
      "<si><t>instruction</t></si><si><r><t>ಹೌದು</t></r><r><t>!</t></r><rPh><t>no</t></rPh></si>"
    let table = try #require(workbook(sheet, strings: strings).first)
    #expect(table.name == "ಪದ")
    let records = try table.records(path: "a.xlsx")
    #expect(records.map(\.number) == [5])
    #expect(records.map(\.record) == [["instruction": "12.5", "response": "ಹೌದು!"]])
  }

  @Test func escapesInStringsAreCharacters() {
    #expect(
      Spreadsheet.unescaped("a_x000D_\nb_x005F_x000D_ _xD800_ _x12") == "a\r\nb_x000D_ _xD800_ _x12"
    )
  }

  @Test func aSheetWithTheSameColumnTwiceIsRefused() throws {
    let row = "<row><c t=\"str\"><v>a</v></c><c t=\"str\"><v>a</v></c></row>"
    let table = try #require(workbook(row).first)
    #expect(throws: AksharaError.self) { try table.records(path: "a.xlsx") }
  }

  @Test func openDocumentsAreReadToo() throws {
    let spaces = "xmlns:text=\"t\" xmlns:table=\"b\" xmlns:office=\"o\""
    let text =
      "<office:text \(spaces)><text:h>ಶೀರ್ಷಿಕೆ</text:h><text:p>a<text:s text:c=\"2\"/>b<text:tab/>c"
      + "<text:note><text:p>not this</text:p></text:note></text:p></office:text>"
    guard case .text(let lines) = try read("a.odt", [("content.xml", text)]) else { return }
    #expect(lines.lines.map(\.text) == ["ಶೀರ್ಷಿಕೆ", "a  b\tc"])
    let sheet =
      "<table:table \(spaces) table:name=\"S\"><table:table-row><table:table-cell><text:p>q</text:p>"
      + "</table:table-cell><table:table-cell><text:p>a</text:p></table:table-cell></table:table-row>"
      + "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"2\">"
      + "<text:p>x</text:p></table:table-cell></table:table-row>"
      + "<table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell "
      + "table:number-columns-repeated=\"16000\"/></table:table-row></table:table>"
    guard case .tables(let tables) = try read("a.ods", [("content.xml", sheet)]) else { return }
    let records = try #require(tables.first).records(path: "a.ods")
    #expect(records.map(\.number) == [2, 3])
    #expect(records.map(\.record) == [["q": "x", "a": "x"], ["q": "x", "a": "x"]])
  }

  @Test func whatIsNoOfficeFileIsNamed() throws {
    func message(_ name: String, _ bytes: [UInt8]) throws -> String {
      let path = folder.file(name)
      try AtomicFile.write(bytes, to: path)
      do { _ = try OfficeFile(name)?.read(path) { $0 } } catch { return "\(error)" }
      return ""
    }
    #expect(try message("b.docx", [1, 2, 3]).contains("not an Office file"))
    let old: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0]
    #expect(
      try message("c.docx", old).contains("of the old kind (.doc, .xls), or one with a password"))
    #expect(try message("d.pdf", [1, 2, 3]).contains("pdf"))
  }

  @Test func documentTypesAreRefused() throws {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\">]><a>&b;</a>"
    #expect(throws: AksharaError.self) { try read("a.odt", [("content.xml", bomb)]) }
  }

  @Test func everyCutOfADocumentIsReadOrRefused() throws {
    let path = folder.file("whole.docx")
    try StoredZip.write([("word/document.xml", "<d><p><r><t>x</t></r></p></d>")], to: path)
    let whole = try TextFileBytes.read(path)
    for count in whole.indices {
      let cut = folder.file("cut.docx")
      try AtomicFile.write(Array(whole[..<count]), to: cut)
      #expect(throws: AksharaError.self) { try OfficeFile.docx.read(cut) { $0 } }
    }
  }

  @Test func smallSheetsThatBecomeLargeAreRefused() throws {
    let rows =
      "<row><c r=\"A1\"><v>1</v></c><c r=\"XFD1\"><v>2</v></c></row>"
      + String(repeating: "<row><c><v>1</v></c></row>", count: 4_000)
    let error = #expect(throws: AksharaError.self) { try workbook(rows) }
    #expect(error?.message.contains("is too large") == true)

    let cell =
      "<table:table-cell table:number-columns-repeated=\"10000\"><text:p>x</text:p></table:table-cell>"
    let row = "<table:table-row>\(cell)\(cell)</table:table-row>"
    let sheet =
      "<table:table xmlns:text=\"t\" xmlns:table=\"b\" table:name=\"S\">\(row)</table:table>"
    let wide = #expect(throws: AksharaError.self) { try read("a.ods", [("content.xml", sheet)]) }
    #expect(wide?.message == "a row has more than 16384 cells")
  }
}

private enum TextFileBytes {
  static func read(_ path: String) throws -> [UInt8] {
    let source = try ByteSource(path)
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = try bytes.withUnsafeMutableBytes { try source.read(into: $0) }
    return Array(bytes[..<count])
  }
}
