import Fixtures
import Testing

@testable import Artifacts

@Suite struct CSVReaderTests {
  private func records(_ text: String, name: String = "a.csv") throws -> [[String]] {
    try records(Array(text.utf8), name: name)
  }

  private func records(_ bytes: [UInt8], name: String = "a.csv") throws -> [[String]] {
    let folder = TemporaryFolder()
    try AtomicFile.write(bytes, to: folder.file(name))
    let reader = try CSVReader(folder.file(name))
    var records: [[String]] = []
    while let record = try reader.next() { records.append(try reader.fields(of: record)) }
    return records
  }

  @Test(
    arguments: [
      ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
      ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
      ("a,b\r1,2", [["a", "b"], ["1", "2"]]),
      ("\u{FEFF}a,b\n", [["a", "b"]]),
      ("a,\"b\nc\"\n\"d\r\n\",e", [["a", "b\nc"], ["d\r\n", "e"]]),
      ("\"a \"\"b\"\"\",\"\"\n", [["a \"b\"", ""]]),
      ("a,5\" pipe\nb,c\n", [["a", "5\" pipe"], ["b", "c"]]),
      ("a,\n,\n", [["a", ""], ["", ""]]),
      ("a,b\n\n\nc,d\n", [["a", "b"], ["c", "d"]]),
      ("ಅ,\"ಆ,ఇ\"\n", [["ಅ", "ಆ,ఇ"]]),
      ("", []),
      ("\"\"\n", [[""]]),
      ("a;b\n1,5;2\n2,5;3\n", [["a", "b"], ["1,5", "2"], ["2,5", "3"]]),
      ("a|b\n1|2\n", [["a", "b"], ["1", "2"]]),
      ("one column\nwith, comma\n", [["one column"], ["with", " comma"]]),
    ] as [(String, [[String]])])
  func recordsAreCutAsTheStandardSays(text: String, expected: [[String]]) throws {
    #expect(try records(text) == expected)
  }

  @Test func theTabSeparatesWhatIsCalledTSV() throws {
    #expect(try records("a,b\tc\n\"d\te\"\tf\n", name: "a.tsv") == [["a,b", "c"], ["d\te", "f"]])
  }

  @Test func placesAreThoseOfTheFile() throws {
    let folder = TemporaryFolder()
    let text = "\u{FEFF}a,b\r\n\"x\r\ny\",2\r\n\r\nlast,3"
    try AtomicFile.write(Array(text.utf8), to: folder.file("a.csv"))
    let reader = try CSVReader(folder.file("a.csv"))
    var places: [[Int]] = []
    while let record = try reader.next() { places.append([record.number, record.offset]) }
    #expect(places == [[1, 3], [2, 8], [5, 20]])
  }

  @Test(
    arguments: [
      ("a,\"b\n", "the quotation marks of field 2 are not closed"),
      ("\"a\"b,c\n", "something follows the closing quotation mark of field 1"),
      ("a\0b,c\n", "byte 2 of the record is 0: the data are binary, or UTF-16"),
    ])
  func badRecordsSayWhatIsWrong(text: String, message: String) throws {
    let error = #expect(throws: AksharaError.self) { try records(text) }
    #expect(error?.message == message)
    #expect(error?.location?.line == 1)
  }

  @Test func bytesThatAreNotUTF8AreNamed() {
    let error = #expect(throws: AksharaError.self) { try records(Array("a,".utf8) + [0xFF]) }
    #expect(error?.message == "byte 3 of the record, 0xFF, is not UTF-8")
  }

  @Test func aRecordThatNeverEndsIsRefused() throws {
    let folder = TemporaryFolder()
    let text = "a,b\n\"" + String(repeating: "x\n", count: 1 << 20)
    try AtomicFile.write(Array(text.utf8), to: folder.file("a.csv"))
    let reader = try CSVReader(folder.file("a.csv"), maximumLength: 1 << 20)
    _ = try reader.next()
    let error = #expect(throws: AksharaError.self) { try reader.next() }
    #expect(error?.message == "the record that begins here is longer than 1 MiB")
    #expect(error?.location?.line == 2)
  }

  @Test func moreFieldsThanASpreadsheetHasColumnsAreRefused() {
    let error = #expect(throws: AksharaError.self) {
      try CSVRecord.fields(of: Array(repeating: 0x2C, count: 20_000), delimiter: 0x2C)
    }
    #expect(error?.message == "the record has more than 16384 fields")
  }

  /// Whatever is written with all fields quoted comes back, wherever the reader's buffer ends.
  @Test func quotedFieldsComeBack() throws {
    var state: UInt64 = 7
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let pieces = ["\"", ",", "\n", "\r", "\r\n", "ಕ್ಷ", "a", " ", ";", "\t"]
    var rows: [[String]] = []
    for _ in 0..<20_000 {
      rows.append((0..<3).map { _ in (0..<below(12)).map { _ in pieces[below(10)] }.joined() })
    }
    let lines = rows.map { row in
      row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
    }
    #expect(try records(lines.joined(separator: "\r\n")) == rows)
  }
}
