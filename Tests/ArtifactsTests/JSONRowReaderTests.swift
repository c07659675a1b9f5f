import Fixtures
import Testing

@testable import Artifacts

@Suite struct JSONRowReaderTests {
  let folder = TemporaryFolder()

  /// The rows of a text, each with its line and offset.
  private func rows(_ text: String, _ name: String = "a.json") throws -> [String] {
    try AtomicFile.write(Array(text.utf8), to: folder.file(name))
    let reader = try JSONRowReader(folder.file(name))
    var rows: [String] = []
    while let row = try reader.next() {
      rows.append("\(row.number):\(row.offset) \(String(decoding: row.bytes, as: UTF8.self))")
    }
    return rows
  }

  @Test func anArrayGivesItsElements() throws {
    #expect(
      try rows("[\n {\"a\": [1, {\"b\": \"]},\\\"\"}]},\n\n  \"x,\", 1.5 ,null,\n[ ]\n]\n") == [
        "2:3 {\"a\": [1, {\"b\": \"]},\\\"\"}]}", "4:34 \"x,\"", "4:40 1.5", "4:45 null",
        "5:51 [ ]",
      ])
    #expect(try rows("[]") == [])
    #expect(try rows(" [ ] ") == [])
  }

  @Test func aFaultInsideAnElementStaysInside() throws {
    #expect(try rows("[{\"a\": tru}, {\"b\": 1}]") == ["1:1 {\"a\": tru}", "1:13 {\"b\": 1}"])
  }

  @Test(arguments: ["[1, 2", "[{\"a\": 1", "[\"a", "[", "[1 2]", "[1, 2] 3", "[1]]"])
  func anArrayThatIsNotWholeIsAnError(text: String) throws {
    let error = #expect(throws: AksharaError.self) { try rows(text) }
    #expect(error?.code == .malformed)
    #expect(error?.location?.line == 1)
  }

  @Test func linesAreToldByTheirFirstLineOrTheName() throws {
    #expect(try rows("{\"a\":1}\n{\"b\"\n") == ["1:0 {\"a\":1}", "2:8 {\"b\""])
    #expect(try rows("{\"a\n{\"b\":1}\n") == ["1:0 {\"a", "2:4 {\"b\":1}"])
    #expect(try rows("[1]\n[2]\n") == ["1:0 [1]", "2:4 [2]"])
    #expect(try rows("[\n1]", "a.jsonl") == ["1:0 [", "2:2 1]"])
    #expect(try rows("[[1],\n[2]]") == ["1:1 [1]", "2:6 [2]"])
  }

  @Test func documentsMayFollowEachOther() throws {
    #expect(
      try rows("{\n \"a\": 1\n}\n{\n \"a\": 2\n}{\"c\"") == [
        "1:0 {\n \"a\": 1\n}", "4:12 {\n \"a\": 2\n}", "6:23 {\"c\"",
      ])
  }

  @Test func elementsAreCutTheSameWhereverTheBufferEnds() throws {
    let element = #"{"t": "ಅ\"]}, [", "n": [1, [2, "\\"]]}"#
    let text = "[" + repeatElement(element, count: 20_000).joined(separator: ",\n") + "]"
    let found = try rows(text)
    #expect(found.count == 20_000)
    #expect(found.allSatisfy { $0.hasSuffix(" " + element) })
  }

  @Test func anElementLongerThanTheLimitIsAnError() throws {
    let path = folder.file("long.json")
    try AtomicFile.write(
      Array(("[1,\n\"" + String(repeating: "x", count: 100) + "\"]").utf8), to: path)
    let reader = try JSONRowReader(path, maximumLength: 50)
    #expect(try reader.next()?.bytes == Array("1".utf8))
    let error = #expect(throws: AksharaError.self) { try reader.next() }
    #expect(error?.location?.line == 2)
  }
}
