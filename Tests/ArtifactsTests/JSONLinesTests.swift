import Fixtures
import Foundation
import Testing

@testable import Artifacts

@Suite struct JSONLinesTests {
  let folder = TemporaryFolder()

  func write(_ bytes: some Sequence<UInt8>, _ name: String = "a.jsonl") throws -> String {
    let path = folder.file(name)
    try AtomicFile.write(Array(bytes), to: path)
    return path
  }

  @Test func linesHaveNumbersAndOffsets() throws {
    let path = try write("{\"a\":1}\n\n  \t\r\n{\"ಕ\":2}\r\n[3]".utf8)
    let reader = try JSONLinesReader(path)
    var lines: [JSONLine] = []
    while let line = try reader.next() { lines.append(line) }
    #expect(lines.map(\.number) == [1, 4, 5])
    #expect(lines.map(\.offset) == [0, 14, 25])
    #expect(
      lines.map { String(decoding: $0.bytes, as: UTF8.self) } == ["{\"a\":1}", "{\"ಕ\":2}", "[3]"])
    #expect(try reader.value(of: lines[1])["ಕ"] == 2)
  }

  @Test func aByteOrderMarkIsSkipped() throws {
    let path = try write([0xEF, 0xBB, 0xBF] + Array("{}\n".utf8))
    let line = try #require(try JSONLinesReader(path).next())
    #expect(line.bytes == Array("{}".utf8))
    #expect(line.offset == 3)
  }

  @Test func anEmptyFileHasNoLines() throws {
    #expect(try JSONLinesReader(write([])).next() == nil)
  }

  @Test func aLineOfExactlyTheLimitIsTakenAndALongerOneIsNot() throws {
    let limit = 1 << 20
    let fits = String(repeating: "x", count: limit)
    let path = try write("1\n\(fits)\n\(fits)y\n".utf8)
    let reader = try LineReader(path, maximumLineLength: limit)
    #expect(try reader.next()?.bytes.count == 1)
    #expect(try reader.next()?.bytes.count == limit)
    let error = #expect(throws: AksharaError.self) { try reader.next() }
    #expect(error?.location?.line == 3)
    #expect(error?.message == "the line is longer than 1 MiB")
  }

  @Test func bytesThatAreNotUTF8AreNamed() throws {
    let path = try write(Array("{\"a\":1}\n{\"a\":\"caf".utf8) + [0xE9] + Array("\"}\n".utf8))
    let reader = try JSONLinesReader(path)
    #expect(try reader.nextValue() == ["a": 1])
    let error = #expect(throws: AksharaError.self) { try reader.nextValue() }
    #expect(
      error?.description
        == "\(path):2: byte 10 of the line, 0xE9, is not UTF-8; convert the file to UTF-8, for "
        + "example with `iconv -f WINDOWS-1252 -t UTF-8`")
  }

  @Test func halfALineIsNamed() throws {
    let reader = try JSONLinesReader(write("{\"a\": [1,\n".utf8))
    let error = #expect(throws: AksharaError.self) { try reader.nextValue() }
    #expect(error?.code == .malformed)
    #expect(error?.location?.line == 1)
    #expect(error?.remedy == "write one whole JSON document on each line")
  }

  @Test(arguments: ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"])
  func whatIsWrittenIsReadBack(name: String) throws {
    let path = folder.file(name)
    let writer = try JSONLinesWriter(path)
    for number in 0..<20_000 {
      try writer.write(["n": JSONValue(number), "t": .string("ಅಕ್ಷರ \(number)")])
    }
    #expect(!Path.exists(path))
    let digest = try writer.commit()
    #expect(try Digest(ofFile: path) == digest)
    #expect(try ByteSource(path).compression == Compression(suffixOf: name))
    let reader = try JSONLinesReader(path)
    var count = 0
    while let value = try reader.nextValue() {
      #expect(value["n"]?.integer == Int64(count))
      count += 1
    }
    #expect(count == 20_000)
  }

  @Test(arguments: ["a.jsonl.gz", "a.jsonl.zst"])
  func compressionIsDeterministic(name: String) throws {
    var digests: Set<Digest> = []
    for run in 0..<2 {
      let writer = try JSONLinesWriter(folder.file("\(run)-\(name)"))
      for number in 0..<1000 { try writer.write(JSONValue(number)) }
      digests.insert(try writer.commit())
    }
    #expect(digests.count == 1)
  }

  @Test(arguments: ["a.jsonl.gz", "a.jsonl.zst"])
  func aCutFileIsAnErrorWhereverItIsCut(name: String) throws {
    let path = folder.file(name)
    let writer = try JSONLinesWriter(path)
    for number in 0..<50 { try writer.write(["n": JSONValue(number)]) }
    try writer.commit()
    let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    for length in 4..<whole.count {
      let reader = try JSONLinesReader(write(whole[..<length], name))
      #expect(throws: AksharaError.self, "cut at \(length) of \(whole.count)") {
        while try reader.next() != nil {}
      }
    }
  }

  @Test(arguments: ["a.gz", "a.zst"])
  func membersOneAfterAnotherAreRead(name: String) throws {
    var joined: [UInt8] = []
    for text in ["1\n2", "3\n", "", "4\n"] {
      let path = folder.file("part-\(name)")
      let sink = try AtomicFile.sink(path)
      try sink.write(Array(text.utf8))
      _ = try sink.commit()
      joined += Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
    #expect(try TextFile(write(joined, name)).text == "1\n23\n4\n")
  }

  @Test func somethingBehindGzipDataIsAnError() throws {
    let sink = try AtomicFile.sink(folder.file("a.gz"))
    try sink.write(Array("1\n".utf8))
    _ = try sink.commit()
    let member = Array(try Data(contentsOf: URL(fileURLWithPath: folder.file("a.gz"))))
    #expect(try TextFile(write(member + [0, 0, 0], "b.gz")).text == "1\n")
    #expect(throws: AksharaError.self) { try TextFile(write(member + [1, 2, 3], "c.gz")) }
  }

  @Test func theNameOfAFileDoesNotDecide() throws {
    #expect(try JSONLinesReader(write("7\n".utf8, "plain.gz")).nextValue() == 7)
  }

  @Test func aMissingFileAndAFolderAreNamed() throws {
    let missing = #expect(throws: AksharaError.self) { try JSONLinesReader("/none/a.jsonl") }
    #expect(missing?.description == "/none/a.jsonl: there is no such file; check the path")
    let directory = #expect(throws: AksharaError.self) { try JSONLinesReader(folder.path) }
    #expect(directory?.code == .unreadable)
  }

  @Test func aWriterThatIsDroppedLeavesNothing() throws {
    do {
      let writer = try JSONLinesWriter(folder.file("gone.jsonl.zst"))
      try writer.write(1)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }
}
