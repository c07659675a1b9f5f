import Artifacts
import Fixtures
import Testing

@testable import Pipeline

@Suite struct RecordedPathsTests {
  private let folder = TemporaryFolder()

  init() throws {
    try Folder.make(folder.file("work/runs/one/adapter"))
    try AtomicFile.write(Array("near".utf8), to: folder.file("work/rows.jsonl"))
    try AtomicFile.write(Array("far".utf8), to: folder.file("rows.jsonl"))
    try AtomicFile.write(Array("other".utf8), to: folder.file("other.jsonl"))
  }

  @Test func theNearestFolderAboveTheModelIsTaken() {
    let paths = RecordedPaths(origin: nil, model: folder.file("work/runs/one/adapter"))
    #expect(paths.place(of: "rows.jsonl") == folder.file("work/rows.jsonl"))
    #expect(paths.place(of: "other.jsonl") == folder.file("other.jsonl"))
  }

  @Test func whatIsNowhereKeepsItsName() {
    let paths = RecordedPaths(origin: nil, model: folder.file("work/runs/one/adapter"))
    #expect(paths.place(of: "nowhere.jsonl") == "nowhere.jsonl")
    #expect(paths.place(of: "/nowhere/rows.jsonl") == "/nowhere/rows.jsonl")
  }

  @Test func aGivenOriginIsTheOnlyOne() {
    let paths = RecordedPaths(
      origin: folder.file("work"), model: folder.file("work/runs/one/adapter"))
    #expect(paths.place(of: "rows.jsonl") == folder.file("work/rows.jsonl"))
    #expect(paths.place(of: "other.jsonl") == folder.file("work/other.jsonl"))
  }
}
