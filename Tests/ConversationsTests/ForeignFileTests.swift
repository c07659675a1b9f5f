import Artifacts
import Fixtures
import Foundation
import Testing

@testable import Conversations

/// Files that are something else than they seem: the error says what they are.
@Suite struct ForeignFileTests {
  private let folder = TemporaryFolder()

  private func error(
    _ kind: ImportKind, _ name: String, _ bytes: [UInt8], _ change: (inout ImportOptions) -> Void
  ) throws -> AksharaError? {
    try AtomicFile.write(bytes, to: folder.file(name))
    return #expect(throws: AksharaError.self) {
      try ImportCase(kind, paths: [name], relativeTo: folder.path) {
        $0.assistant = ["*"]
        change(&$0)
      }
    }
  }

  @Test func aPointerOfGitLFS() throws {
    let pointer = Array(
      "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n".utf8)
    for (kind, name) in [
      (ImportKind.auto, "a.jsonl"), (.dolly, "a.json"), (.text, "a.txt"), (.fountain, "a.fountain"),
    ] {
      let error = try error(kind, name, pointer) { _ in }
      #expect(
        error?.description
          == "\(name): the file is a Git LFS pointer, not the data; run `git lfs pull`")
    }
  }

  @Test(
    arguments: [
      ([0xFF, 0xFE, 0x7B, 0x00], "UTF-16"), ([0xFE, 0xFF, 0x00, 0x7B], "UTF-16"),
      ([0xFF, 0xFE, 0x00, 0x00, 0x7B, 0x00, 0x00, 0x00], "UTF-32"),
      ([0x00, 0x00, 0xFE, 0xFF], "UTF-32"),
    ] as [([UInt8], String)])
  func textsInOtherEncodings(bytes: [UInt8], encoding: String) throws {
    for (kind, name) in [(ImportKind.auto, "a.jsonl"), (.messages, "a.json"), (.snippets, "a.md")] {
      let error = try error(kind, name, bytes) { _ in }
      #expect(error?.message == "the text is in \(encoding), not in UTF-8")
      #expect(
        error?.remedy?.contains("give `--encoding \(encoding.lowercased())") == true)
    }
  }

  @Test func binaryFiles() throws {
    let bytes: [UInt8] = [0x50, 0x41, 0x00, 0xE9, 0x0A]
    #expect(
      try error(.auto, "plain", bytes) { _ in }?.message == "the file is binary: it has zero bytes")
    for kind in [ImportKind.text, .dolly] {
      let stopped = try error(kind, "a.bin", bytes) { $0.maxBadRows = 0 }
      #expect(stopped?.message == "byte 3 of the row is 0: the data are binary, or UTF-16")
      let result = try ImportCase(kind, paths: ["a.bin"], relativeTo: folder.path)
      #expect(result.quarantine.map { $0["reason"]?.string } == ["binary_data"])
    }
  }

  @Test func rowsThatAreNoJSONDoNotSendAutoToAuto() throws {
    for text in ["not json\n", "5\n"] {
      let error = try error(.auto, "a.jsonl", Array(text.utf8)) { _ in }
      #expect(error?.location == SourceLocation(file: "a.jsonl", line: 1))
      #expect(
        error?.remedy?.contains("name the kind: conversations, messages, dolly, alpaca, ") == true)
      #expect(error?.remedy?.contains("auto") == false)
    }
  }

  @Test func numbersThatAreOutOfRange() throws {
    for number in ["1e999", "-1e999", "123456789012345678901234567890"] {
      let row = #"{"instruction":"\"1e999","x":"# + number + #","response":"b"}"#
      let stopped = try error(.dolly, "a.jsonl", Array(row.utf8)) { $0.maxBadRows = 0 }
      #expect(stopped?.message == "the number `\(number)` is out of range")
    }
  }

  @Test func theLimitOfBadRows() throws {
    let stopped = try error(.dolly, "a.jsonl", Array("{}\n".utf8)) { $0.maxBadRows = 0 }
    #expect(stopped?.remedy?.contains("`--quarantine FILE`") == true)
    #expect(stopped?.remedy?.contains("`--max-bad-rows N`") == true)
    let negative = try error(.dolly, "a.jsonl", Array("{}\n".utf8)) { $0.maxBadRows = -1 }
    #expect(negative?.code == .invalidOption)
    #expect(negative?.message == "`max_bad_rows` (`--max-bad-rows`) is -1")
    #expect(throws: AksharaError.self) { try ImportOptions.columns(["instrction=prompt"]) }
    #expect(try ImportOptions.columns(["instruction=prompt"]) == ["instruction": "prompt"])
  }

  @Test func damagedCompressionIsToldFromABadRow() throws {
    let rows = Array(
      String(repeating: #"{"instruction":"a","response":"b"}"# + "\n", count: 40).utf8)
    let sound = folder.file("sound.jsonl.gz")
    let sink = try AtomicFile.sink(sound)
    try sink.write(Array("{\"instruction\":\n".utf8) + rows)
    _ = try sink.commit()
    var options = ImportOptions(kind: .dolly, paths: [sound])
    options.maxBadRows = 0
    let bad = #expect(throws: AksharaError.self) {
      try Importer(options).run(into: ConversationWriter(folder.file("out.jsonl")))
    }
    #expect(bad?.location?.line == 1)
    // The same rows, and a checksum that does not fit them.
    let source = try ByteSource(sound)
    #expect(source.compression == .gzip)
    var bytes = try Self.stored(sound)
    bytes[bytes.count - 8] ^= 1
    for kind in [ImportKind.dolly, .auto] {
      let error = try error(kind, "damaged.jsonl.gz", bytes) { $0.maxBadRows = 0 }
      #expect(error?.message.hasPrefix("the gzip data are damaged") == true)
    }
  }

  /// The bytes of a file as they are stored.
  private static func stored(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  @Test func aFileOfNothing() throws {
    for (kind, name) in [
      (ImportKind.auto, "a.jsonl"), (.messages, "b.json"), (.text, "c.txt"), (.auto, "d.txt"),
    ] {
      let error = try error(kind, name, Array("\n".utf8)) { _ in }
      #expect(error?.message == "nothing was read: the file has 0 records")
      #expect(error?.location?.file == name)
    }
    let result = try ImportCase(.auto, files: [("a.txt", ""), ("b.txt", "x"), ("c.txt", " \n")])
    #expect(result.report.read == 1)
    #expect(result.report.emptyFiles == ["a.txt", "c.txt"])
  }

  @Test func linesThatEndInCarriageReturns() throws {
    let scene = "INT. HALL\r\rANU\rWho is there?\r\rBEN\rMe.\r"
    let play = try ImportCase(.fountain, "a.fountain", scene) { $0.assistant = ["BEN"] }
    #expect(play.conversations.map { $0.messages.map(\.role) } == [[.system, .user, .assistant]])
    let recognized = try ImportCase(.auto, "a.txt", scene) { $0.assistant = ["BEN"] }
    #expect(recognized.report.kind == .fountain)
    let snippet = try ImportCase(.snippets, "a.md", "#### A – b\rANU: q\rBEN: a\r") {
      $0.assistant = ["BEN"]
    }
    #expect(snippet.conversations.map { $0.messages.count } == [3])
    let text = try ImportCase(.text, "t.txt", "one\rtwo\r\rfour\nfive\r\nsix")
    #expect(text.conversations.map(\.id) == ["t-1", "t-2", "t-4", "t-5", "t-6"])
    #expect(
      text.conversations.map { $0.messages[0].content } == ["one", "two", "four", "five", "six"])
  }
}
