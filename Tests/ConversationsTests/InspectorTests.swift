import Artifacts
import Fixtures
import Testing

@testable import Conversations

@Suite struct InspectorTests {
  private func inspect(
    _ name: String, _ text: String, change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> Inspection {
    try inspect(name, Array(text.utf8), change: change)
  }

  private func inspect(
    _ name: String, _ bytes: [UInt8], change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> Inspection {
    let folder = TemporaryFolder()
    try AtomicFile.write(bytes, to: folder.file(name))
    var options = ImportOptions(paths: [name])
    change(&options)
    let found = try Inspector(options, relativeTo: folder.path).inspect()
    #expect(found.count == 1)
    #expect(Folder.list(folder.path) == [name], "an inspection writes nothing")
    return found[0]
  }

  @Test func aScreenplayIsDescribed() throws {
    let found = try inspect("play.fountain", FountainImportTests.play)
    #expect(found.kind == .fountain)
    #expect(found.encoding == "UTF-8")
    #expect(found.languages.map(\.tag) == ["kn"])
    #expect(
      found.cast == [
        .init(name: "ಅಜ್ಜಿ", lines: 3), .init(name: "ಮೀನಾ", lines: 3), .init(name: "ರವಿ", lines: 1),
      ])
    #expect(
      found.samples.map(\.id) == [
        "play-scene-001-1", "play-scene-002-1", "play-scene-004-1",
      ])
    #expect(found.dropped.map(\.reason) == ["no_dialogue"])
    #expect(found.dropped[0].line == 34)
    #expect(found.needsAssistant)
    #expect(found.lookedAt == nil)
    #expect(found.report.read == 4)
    #expect(found.text.contains("cast: ಅಜ್ಜಿ (3 lines), ಮೀನಾ (3 lines), ರವಿ (1 line)"))
    #expect(found.text.contains("left out: parenthetical 1, title_page 1, transition 2"))
    #expect(found.text.contains("  play.fountain:34: no_dialogue: nobody speaks in scene 3; "))
  }

  @Test func aDataSetIsLookedAtInPart() throws {
    let row = #"{"instruction":"ಏನು?","response":"ಇದು.","k":1}"# + "\n"
    let found = try inspect("a.jsonl", String(repeating: row, count: 30)) { $0.limit = 10 }
    #expect(found.kind == .dolly)
    #expect(found.lookedAt == 10)
    #expect(found.report.read == 10)
    #expect(found.cast == [.init(name: "assistant", lines: 10), .init(name: "user", lines: 10)])
    #expect(found.samples.count == 3)
    #expect(found.text.contains("looked at the first 10 records only"))
    #expect(found.text.contains("ignored columns (with their rows): k 10"))
  }

  @Test func whatWouldStopTheImportIsSaid() throws {
    let found = try inspect("a.srt", Array("1\n00:00:01,000 --> 00:00:02,000\nx\n".utf8) + [0xE9])
    #expect(found.encoding == "not UTF-8 (byte 35 is 0xE9)")
    #expect(found.stop?.message == "byte 1 of the line, 0xE9, is not UTF-8")
    #expect(
      found.json["stop"]?.string?.hasSuffix(
        "a.srt:4: byte 1 of the line, 0xE9, is not UTF-8; convert the file to UTF-8, for example with `iconv -f WINDOWS-1252 -t UTF-8`"
      ) == true)
  }

  @Test func recognitionGivesItsReasons() throws {
    let dialogue = try inspect("a.txt", "A: x\nB: y\nA: z\nbut\nthis\ngoes on")
    #expect(dialogue.kind == .dialogue)
    #expect(dialogue.reasons == ["50 % of the lines begin with a name and a colon"])
    #expect(dialogue.doubts == ["the other lines have no speaker"])
    let text = try inspect("a.txt", "A: x\nB: y\nA: z\nbut\nthis\ngoes\non\nand on\nand on")
    #expect(text.kind == .text)
    #expect(text.doubts == ["33 % of the lines begin with a name and a colon"])
    #expect(text.text.contains("unsure: 33 % of the lines"))
    let snippets = try inspect("a.md", "Only words.")
    #expect(snippets.doubts == ["there is no `#### CATEGORY – Title` header"])
    #expect(try inspect("a.txt", ScriptImportTests.dump).kind == .script)
    #expect(try inspect("a.txt", "1\n00:00:01,000 --> 00:00:02,000\nA: x").kind == .srt)
    #expect(try inspect("a.csv", "speaker,line\nA,x\n").kind == .dialogueTable)
    let named = try inspect("a.txt", "A: x\nB: y") { $0.kind = .dialogue }
    #expect(named.reasons == ["the kind was named"])
  }

  @Test func encodingsAreNamed() throws {
    #expect(
      try inspect("a.txt", [0xEF, 0xBB, 0xBF] + Array("x".utf8)).encoding
        == "UTF-8 with byte order mark")
    let error = #expect(throws: AksharaError.self) {
      try inspect("a.txt", [0xFF, 0xFE, 0x78, 0x00])
    }
    #expect(error?.message == "the text is in UTF-16, not in UTF-8")
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    let lfs = #expect(throws: AksharaError.self) { try inspect("a.md", pointer) }
    #expect(lfs?.message == "the file is a Git LFS pointer, not the data")
    #expect(lfs?.location?.file == "a.md")
  }

  @Test func theChosenAssistantAndTasksMakeTheSamples() throws {
    let found = try inspect("play.fountain", FountainImportTests.play) {
      $0.assistant = ["ಅಜ್ಜಿ"]
      $0.tasks = [.shotList]
    }
    #expect(!found.needsAssistant)
    #expect(
      found.samples.map(\.id) == [
        "play-scene-001-1", "play-scene-001-shot-list", "play-scene-002-1",
      ])
  }
}
