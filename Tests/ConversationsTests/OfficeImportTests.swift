import Artifacts
import Fixtures
import Testing

@testable import Conversations

@Suite struct OfficeImportTests {
  private let folder = TemporaryFolder()

  private func document(_ name: String, _ paragraphs: [(text: String, font: String?)]) throws {
    let word = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
    let body = paragraphs.map { text, font in
      let properties = font.map { "<w:rPr><w:rFonts w:ascii=\"\($0)\"/></w:rPr>" } ?? ""
      return "<w:p><w:r>\(properties)<w:t>\(text)</w:t></w:r></w:p>"
    }
    try StoredZip.write(
      [("word/document.xml", "<w:document \(word)><w:body>\(body.joined())</w:body></w:document>")],
      to: folder.file(name))
  }

  private func workbook(_ name: String, _ sheets: [(name: String, rows: [[String]])]) throws {
    let list = sheets.indices.map { "<sheet name=\"\(sheets[$0].name)\" r:id=\"r\($0)\"/>" }
    let links = sheets.indices.map {
      "<Relationship Id=\"r\($0)\" Target=\"worksheets/s\($0).xml\"/>"
    }
    var entries = [
      ("xl/workbook.xml", "<workbook xmlns:r=\"r\"><sheets>\(list.joined())</sheets></workbook>"),
      ("xl/_rels/workbook.xml.rels", "<Relationships>\(links.joined())</Relationships>"),
    ]
    for (index, sheet) in sheets.enumerated() {
      let rows = sheet.rows.map { cells in
        "<row>\(cells.map { "<c t=\"inlineStr\"><is><t>\($0)</t></is></c>" }.joined())</row>"
      }
      entries.append(
        (
          "xl/worksheets/s\(index).xml",
          "<worksheet><sheetData>\(rows.joined())</sheetData></worksheet>"
        ))
    }
    try StoredZip.write(entries, to: folder.file(name))
  }

  private func run(
    _ kind: ImportKind = .auto, _ paths: String..., change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> ImportCase {
    try ImportCase(kind, paths: paths, relativeTo: folder.path, change: change)
  }

  @Test func aDocumentIsReadLikeItsText() throws {
    try document(
      "play.docx", [("ಸೀತಾ: ಬಾ.", nil), ("ರಾಮು: ಬಂದೆ.", nil), ("ಸೀತಾ: ಕೂತುಕೋ.", nil)])
    let found = try run(.auto, "play.docx") { $0.assistant = ["ಸೀತಾ"] }
    #expect(found.report.kind == .dialogue)
    let first = try #require(found.conversations.first)
    #expect(first.messages.map(\.content.text) == ["ಬಾ.", "ಬಂದೆ.", "ಕೂತುಕೋ."])
    #expect(first.provenance?.source == "play.docx")
    #expect(first.provenance?.digest == (try Digest(ofFile: folder.file("play.docx"))))
  }

  @Test func runsInNudiFontsBecomeKannada() throws {
    try document("a.docx", [("PÀ£ÀßqÀ", "Nudi 01 e"), ("plain words", nil)])
    let texts = try run(.text, "a.docx").conversations.flatMap { $0.messages.map(\.content.text) }
    #expect(texts == ["ಕನ್ನಡ", "plain words"])
  }

  @Test func paragraphsInOtherLegacyFontsAreSetAsideWithTheirNumbers() throws {
    try document("a.docx", [("ಒಂದು", nil), ("ªïÁ", "SHREE-TEL-0908"), ("ಮೂರು", nil)])
    let found = try run(.text, "a.docx")
    #expect(found.report.read == 3)
    #expect(found.report.imported == 2)
    #expect(found.report.reasons == [.legacyFont: 1])
    let row = try #require(found.quarantine.first)
    #expect(row["file"]?.string == "a.docx")
    #expect(row["line"]?.integer == 2)
    #expect(row["offset"] == .null)
    let stop = #expect(throws: AksharaError.self) {
      try run(.text, "a.docx") { $0.maxBadRows = 0 }
    }
    #expect(stop?.location == SourceLocation(file: "a.docx", line: 2))
  }

  @Test func eachSheetIsASource() throws {
    try workbook(
      "book.xlsx",
      [
        ("QA", [["instruction", "response"], ["ಯಾಕೆ?", "ಹೀಗೆ,\nಹಾಗೆ"], ["x", "y"]]), ("Empty", []),
        ("Play", [["speaker", "line"], ["A", "p"], ["B", "q &quot;r&quot;"]]),
      ])
    let found = try run(.auto, "book.xlsx") { $0.assistant = ["B"] }
    #expect(
      found.conversations.map { $0.provenance?.source } == [
        "book.xlsx#QA", "book.xlsx#QA", "book.xlsx#Play",
      ])
    #expect(
      found.conversations.map { $0.messages.last?.content.text } == [
        "ಹೀಗೆ,\nಹಾಗೆ", "y", "q \"r\"",
      ])
    let one = try run(.auto, "book.xlsx#QA")
    #expect(one.report.imported == 2)
    #expect(one.conversations.first?.provenance?.source == "book.xlsx#QA")
    let none = #expect(throws: AksharaError.self) { try run(.auto, "book.xlsx#No") }
    #expect(none?.description.contains("the sheets are `QA`, `Empty`, `Play`") == true)
  }

  @Test func rowsKeepTheirNumbersInTheSheet() throws {
    try workbook(
      "b.xlsx",
      [("S", [[""], ["messages", "note"], ["a\nb", "c"], ["", ""], ["x", ""]])])
    let found = try run(.messages, "b.xlsx")
    #expect(found.report.imported == 0)
    #expect(found.quarantine.map { $0["line"]?.integer } == [3, 5])
    #expect(found.quarantine.first?["file"]?.string == "b.xlsx#S")
  }

  @Test func aSheetThatFitsNoFormatIsNamed() throws {
    try workbook("b.xlsx", [("Cost", [["when", "how much"], ["1", "2"]])])
    let error = #expect(throws: AksharaError.self) { try run(.auto, "b.xlsx") }
    #expect(error?.location?.file == "b.xlsx#Cost")
    try workbook("b.xlsx", [("Cost", [["a", "a"], ["1", "2"]])])
    let twice = #expect(throws: AksharaError.self) { try run(.dolly, "b.xlsx") }
    #expect(twice?.location == SourceLocation(file: "b.xlsx#Cost", line: 1))
  }

  @Test func nothingIsLeftInTheTemporaryFolder() throws {
    let scratch = ScratchFolder()
    let path = scratch.file(".txt")
    try AtomicFile.write([1], to: path)
    #expect(Path.exists(path))
    var held: ScratchFolder? = ScratchFolder()
    let other = try #require(held?.file(".csv"))
    try AtomicFile.write([1], to: other)
    held = nil
    #expect(!Path.exists(Path.folder(of: other)))
    #expect(scratch.file(".txt") != path)
  }

  @Test func documentsAreInspected() throws {
    try document("a.docx", [("A: x", nil), ("B: y", nil), ("A: z", nil)])
    let found = try #require(
      try Inspector(ImportOptions(paths: ["a.docx"]), relativeTo: folder.path).inspect().first)
    #expect(found.path == "a.docx")
    #expect(found.encoding == "docx document")
    #expect(found.kind == .dialogue)
    #expect(found.cast.map(\.name) == ["A", "B"])
    try workbook("b.xlsx", [("S", [["instruction", "response"], ["a", "b"]])])
    let sheets = try Inspector(ImportOptions(paths: ["b.xlsx"]), relativeTo: folder.path).inspect()
    #expect(sheets.map(\.path) == ["b.xlsx#S"])
    #expect(sheets.first?.report.imported == 1)
    #expect(sheets.first?.samples.first?.provenance?.source == "b.xlsx#S")
  }

  @Test func theDocumentOfTheSharedDataIsRead() throws {
    guard let path = RepositoryPaths.shared("data/nudi_legacy/unicode_input.docx") else { return }
    let found = try ImportCase(.text, paths: [path])
    #expect(found.report.imported > 0)
    #expect(found.report.imported == found.report.read)
    #expect(found.conversations.allSatisfy { $0.language == "kn" || $0.language == "en" })
  }
}
