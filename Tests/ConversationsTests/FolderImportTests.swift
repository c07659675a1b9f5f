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

  @Test func aFolderWithoutDataIsNamed() throws {
    let error = #expect(throws: AksharaError.self) {
      try ImportCase(.auto, files: [("set/README.md", "x")]) { $0.paths = ["set"] }
    }
    #expect(error?.description.hasPrefix("set: the folder has no file of a known format") == true)
  }
}
