import Fixtures
import Testing

@testable import Artifacts

@Suite struct TextFileTests {
  let folder = TemporaryFolder()

  @Test func linesLoseTheirEnds() throws {
    let path = folder.file("a.txt")
    try AtomicFile.write([0xEF, 0xBB, 0xBF] + Array("ಒಂದು\r\nಎರಡು\n".utf8), to: path)
    #expect(try TextFile(path).lines == ["ಒಂದು", "ಎರಡು", ""])
  }

  @Test func carriageReturnsEndLinesToo() throws {
    let path = folder.file("a.txt")
    try AtomicFile.write(Array("a\rb\r\nc\n\rd".utf8), to: path)
    let text = try TextFile(path)
    #expect(text.lines == ["a", "b", "c", "", "d"])
    #expect(
      text.record(from: 2, to: 3) == TextLine(bytes: Array("b\r\n".utf8), number: 2, offset: 2))
    let reader = try PlainTextReader(path)
    var lines: [TextLine] = []
    while let line = try reader.next() { lines.append(line) }
    #expect(lines.map { String(decoding: $0.bytes, as: UTF8.self) } == ["a", "b", "c", "", "d"])
    #expect(lines.map(\.number) == [1, 2, 3, 4, 5])
    #expect(lines.map(\.offset) == [0, 2, 5, 7, 8])
  }

  @Test func theFirstBadByteIsNamed() throws {
    let path = folder.file("a.txt")
    try AtomicFile.write(Array("ok\nab".utf8) + [0xFF, 0xFE], to: path)
    let error = #expect(throws: AksharaError.self) { try TextFile(path) }
    #expect(error?.location == SourceLocation(file: path, line: 2))
    #expect(error?.message == "byte 3 of the line, 0xFF, is not UTF-8")
  }

  @Test func aTextThatIsTooLongIsRefusedBeforeItIsHeld() throws {
    let path = folder.file("bomb.gz")
    let sink = try AtomicFile.sink(path)
    for _ in 0..<64 { try sink.write([UInt8](repeating: 32, count: 1 << 20)) }
    _ = try sink.commit()
    #expect(throws: AksharaError.self) { try TextFile(path, maximumSize: 1 << 20) }
  }

  @Test(
    "the check agrees with Swift's decoder",
    arguments: [
      [0xC2, 0x80], [0xC1, 0x80], [0xE0, 0x9F, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF],
      [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80],
      [0xF4, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
      [0xE0, 0xB2], [0xE0, 0xB2, 0x95], [0x80], [0xFF], [0x41, 0xE0, 0xB2, 0x41],
    ] as [[UInt8]])
  func agreesWithSwift(bytes: [UInt8]) {
    let isValid = String(validating: bytes, as: UTF8.self) != nil
    #expect((UTF8Check.firstInvalidByte(in: bytes) == nil) == isValid)
  }

  @Test func agreesWithSwiftOnEverySequenceOfThreeBorderBytes() {
    let border: [UInt8] = [
      0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
      0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
    ]
    for first in border {
      for second in border {
        for third in border {
          let bytes = [first, second, third]
          let isValid = String(validating: bytes, as: UTF8.self) != nil
          #expect((UTF8Check.firstInvalidByte(in: bytes) == nil) == isValid, "\(bytes)")
        }
      }
    }
  }
}
