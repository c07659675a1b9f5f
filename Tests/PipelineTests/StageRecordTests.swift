import Artifacts
import Fixtures
import Testing

@testable import Pipeline

@Suite struct StageRecordTests {
  @Test func isIntactUntilAFileChanges() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write([1, 2], to: folder.file("import/a.jsonl"))
    let key = StageRecord.key(.import, options: ["a": 1], inputs: [])
    let record = try StageRecord(key: key, runDirectory: folder.path, outputs: ["import"])
    try record.write(.import, runDirectory: folder.path)
    #expect(StageRecord(.import, runDirectory: folder.path) == record)
    #expect(record.isIntact(runDirectory: folder.path))
    try AtomicFile.write([1, 3], to: folder.file("import/a.jsonl"))
    #expect(!record.isIntact(runDirectory: folder.path))
  }

  @Test func keysDependOnStageOptionsAndInputs() {
    let digest = Digest(of: [1])
    let keys: Set<Digest> = [
      StageRecord.key(.import, options: ["a": 1], inputs: []),
      StageRecord.key(.curate, options: ["a": 1], inputs: []),
      StageRecord.key(.import, options: ["a": 2], inputs: []),
      StageRecord.key(.import, options: ["a": 1], inputs: [("x", digest)]),
    ]
    #expect(keys.count == 4)
  }

  @Test func oneProcessAtATime() throws {
    let folder = TemporaryFolder()
    let first = try RunLock(folder.path)
    #expect(throws: AksharaError.self) { try RunLock(folder.path) }
    withExtendedLifetime(first) {}
  }
}
