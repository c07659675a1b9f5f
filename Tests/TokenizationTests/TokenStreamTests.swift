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

  private func decode(_ lines: String, threads: Int = 1) throws -> String {
    var output: [UInt8] = []
    // Byte b is token b.
    try TokenStream(SampleTokenizer.make(), threads: threads).decode(
      from: reader(Array(lines.utf8), .line), separator: [0x0A]
    ) { output += $0 }
    return String(decoding: output, as: UTF8.self)
  }

  @Test func readsIDsInThreeForms() throws {
    for line in ["97 98\t99\r", #"{"ids":[97,98,99],"ends":[1,2,3]}"#, "[97,98,99]", " 97 098 99 "]
    {
      #expect(try decode(line) == "abc\n")
      #expect(try decode("\n" + line + "\n\n98") == "\nabc\n\nb\n")
    }
    for line in [
      "1 256", "1 x", "1x", "-1", "1,2", "[1.5]", #"{"id":[]}"#, "[1", "[256]",
      "99999999999999999999999",
    ] {
      let error = #expect(throws: AksharaError.self) { try decode("97\n98\n" + line + "\n97") }
      #expect(error?.location?.line == 3, "\(line)")
    }
  }

  /// Blocks and threads change nothing: empty lines, carriage returns, NUL, broken UTF-8, a last
  /// line without a line feed.
  @Test(arguments: [TokenStream.Format.ids, .json]) func threadsChangeNothing(
    format: TokenStream.Format
  ) throws {
    let tokenizer = try SampleTokenizer.trained(seed: 15)
    var generator = SeededGenerator(seed: 17)
    var text: [UInt8] = []
    while text.count < 3 << 20 {
      text += SeededText.damagedBytes(&generator, length: 3000)
      text +=
        [[0x0A], [0x0D, 0x0A], [0x0A, 0x0A], [0, 0x0A]].randomElement(using: &generator) ?? []
    }
    text += Array("no line feed".utf8)
    var encoded: [[UInt8]] = []
    for threads in [1, 3] {
      var output: [UInt8] = []
      try TokenStream(tokenizer, threads: threads).encode(
        from: reader(text, .line), specials: .asText, as: format
      ) { output += $0 }
      encoded.append(output)
      var decoded: [UInt8] = []
      try TokenStream(tokenizer, threads: threads).decode(
        from: reader(output, .line), separator: [0x0A]
      ) { decoded += $0 }
      #expect(decoded == text + [0x0A])
    }
    #expect(encoded[0] == encoded[1])
    var lines = encoded[0].split(separator: 0x0A, omittingEmptySubsequences: false).makeIterator()
    let reader = try reader(text, .line)
    while let document = try reader.next() {
      let encoding = tokenizer.encode(document)
      let ids = encoding.ids.map(String.init)
      let expected =
        format == .ids
        ? ids.joined(separator: " ")
        : #"{"ids":[\#(ids.joined(separator: ","))],"ends":["#
          + encoding.ends.map(String.init).joined(separator: ",") + "]}"
      #expect(lines.next().map { String(decoding: $0, as: UTF8.self) } == expected)
    }
  }
}
