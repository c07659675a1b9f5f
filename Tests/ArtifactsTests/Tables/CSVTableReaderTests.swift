import Artifacts
import Fixtures
import Testing

@Suite struct CSVTableReaderTests {
  private func table(_ text: String) throws -> CSVTableReader {
    let folder = TemporaryFolder()
    try AtomicFile.write(Array(text.utf8), to: folder.file("a.csv"))
    return try CSVTableReader(folder.file("a.csv"))
  }

  @Test func theFirstRecordNamesTheColumns() throws {
    let table = try table("speaker,,line\nಅಜ್ಜಿ,1,\"ಕಾಫಿ,\nಮಗು?\"\n")
    #expect(table.columns == ["speaker", "column_2", "line"])
    let record = try #require(try table.next())
    #expect(
      try table.row(of: record) == [
        "speaker": "ಅಜ್ಜಿ", "column_2": "1", "line": "ಕಾಫಿ,\nಮಗು?",
      ])
    #expect(try table.next() == nil)
  }

  @Test func aRaggedRecordIsBadAndReadingGoesOn() throws {
    let table = try table("a,b\n1\n1,2,3\n1,2\n")
    for message in [
      "the record has 1 fields, the table 2 columns",
      "the record has 3 fields, the table 2 columns",
    ] {
      let record = try #require(try table.next())
      let error = #expect(throws: AksharaError.self) { try table.row(of: record) }
      #expect(error?.message == message)
    }
    let record = try #require(try table.next())
    #expect(try table.row(of: record) == ["a": "1", "b": "2"])
  }

  @Test func twoColumnsOfOneNameAreRefused() {
    let error = #expect(throws: AksharaError.self) { try table("a,b,a\n1,2,3\n") }
    #expect(error?.message == "two columns are called `a`")
  }

  @Test func anEmptyFileHasNoColumns() throws {
    #expect(try table("").columns.isEmpty)
  }
}
