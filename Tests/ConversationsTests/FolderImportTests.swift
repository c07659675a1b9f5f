import Artifacts
import Fixtures
import Testing

@testable import Conversations

@Suite struct FolderImportTests {
  @Test func aFolderStandsForItsDataFiles() throws {
    let row = #"{"prompt":"q","completion":"a"}"# + "\n"
    let result = try ImportCase(
      .auto,
      files: [
        ("set/b.jsonl", row), ("set/deep/a.jsonl", row), ("set/README.md", "# x"),
        ("set/state.json", "{}"), ("set/LICENSE", "x"), ("set/image.png", "x"),
      ]
    ) { $0.paths = ["set"] }
    #expect(result.conversations.map(\.provenance?.source) == ["set/b.jsonl", "set/deep/a.jsonl"])
    #expect(
      result.report.skippedFiles
        == ["set/LICENSE", "set/README.md", "set/image.png", "set/state.json"])
  }

  @Test func aNamedKindTakesOnlyTheFilesThatCanHoldIt() throws {
    let folder = TemporaryFolder()
    let row = #"{"instruction":"a","response":"b"}"#
    for (name, text) in [
      ("a.jsonl", row), ("b.fountain", "INT. A\n"), ("c.csv", "instruction,response\nc,d\n"),
      ("d.srt", "1\n"), ("e.txt", "text\n"),
    ] {
      try AtomicFile.write(Array(text.utf8), to: folder.file(name))
    }
    let result = try ImportCase(.dolly, paths: [folder.path]) { $0.maxBadRows = 0 }
    #expect(result.report.imported == 2)
    #expect(result.report.skippedFiles.map { $0.suffix(2) } == ["in", "rt", "xt"])
    let error = #expect(throws: AksharaError.self) {
      try ImportCase(.fdx, paths: [folder.path])
    }
    #expect(error?.message == "the folder has no file for `fdx`")
  }

  @Test func aFolderWithoutDataIsNamed() throws {
    let error = #expect(throws: AksharaError.self) {
      try ImportCase(.auto, files: [("set/README.md", "x")]) { $0.paths = ["set"] }
    }
    #expect(error?.description.hasPrefix("set: the folder has no file of a known format") == true)
  }
}
