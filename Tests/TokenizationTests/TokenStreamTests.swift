import Artifacts
import Fixtures
import Testing

@testable import Tokenization

@Suite struct TokenStreamTests {
  private let folder = TemporaryFolder()

  private func reader(_ bytes: [UInt8], _ layout: DocumentReader.Layout) throws -> DocumentReader {
    let path = folder.file("input")
    try AtomicFile.write(bytes, to: path)
    return try DocumentReader(path, layout: layout)
  }

  private func documents(_ text: String, _ layout: DocumentReader.Layout) throws -> [String] {
    let reader = try reader(Array(text.utf8), layout)
    var documents: [String] = []
    while let document = try reader.next() {
      documents.append(String(decoding: document, as: UTF8.self))
    }
    return documents
  }

  @Test func readsDocuments() throws {
    #expect(try documents("a\r\n\nb", .line) == ["a\r", "", "b"])
    #expect(try documents("a\r\n\nb\n", .lineWithFeed) == ["a\r\n", "\n", "b\n"])
    #expect(try documents("a\nb\n", .whole) == ["a\nb\n"])
    #expect(try documents("", .line) == [])
    #expect(try documents("", .whole) == [""])
  }

  @Test func readsLinesLongerThanItsBuffer() throws {
    let long = String(repeating: "ಕ", count: 300_000)
    #expect(try documents("a\n\(long)\nb", .line) == ["a", long, "b"])
  }

  @Test func encodesAndDecodesBack() throws {
    let tokenizer = try SampleTokenizer.trained(seed: 15)
    let stream = TokenStream(tokenizer)
    var generator = SeededGenerator(seed: 16)
    let text =
      (0..<50).map { _ in
        SeededText.string(&generator).replacing("\n", with: "")
      }.joined(separator: "\n") + "\n"
    var ids: [UInt8] = []
    try stream.encode(from: reader(Array(text.utf8), .line), specials: .allow, as: .ids) {
      ids += $0
    }
    var decoded: [UInt8] = []
    try stream.decode(from: reader(ids, .line), separator: [0x0A]) { decoded += $0 }
    #expect(decoded == Array(text.utf8))
  }

  @Test func writesJSON() throws {
    let tokenizer = try SampleTokenizer.make(merges: [("h", "e")])
    var output: [UInt8] = []
    try TokenStream(tokenizer).encode(
      from: reader(Array("hey\n".utf8), .line), specials: .asText, as: .json
    ) { output += $0 }
    #expect(String(decoding: output, as: UTF8.self) == "{\"ids\":[256,121],\"ends\":[2,3]}\n")
  }

  @Test func readsIDsInThreeForms() throws {
    let location = SourceLocation(file: "ids", line: 1)
    for line in ["1 2\t3\r", #"{"ids":[1,2,3],"ends":[1,2,3]}"#, "[1,2,3]"] {
      let ids = try TokenLine.ids(Array(line.utf8), vocabularyCount: 4, at: location)
      #expect(ids == [1, 2, 3])
    }
    for line in ["1 4", "1 x", "-1", "[1.5]", #"{"id":[]}"#, "[1"] {
      #expect(throws: AksharaError.self) {
        try TokenLine.ids(Array(line.utf8), vocabularyCount: 4, at: location)
      }
    }
  }
}
