import Artifacts
import Conversations
import Fixtures
import Testing

@testable import Pipeline
@testable import Transfer

@Suite struct HubSourcesTests {
  private let folder = TemporaryFolder()
  private static let commit = String(repeating: "0f3c", count: 10)

  private func snapshot(_ repository: HubRepository) throws -> HubSnapshot {
    HubSnapshot(repository: repository, commit: Self.commit, folder: folder.path, files: [])
  }

  private func write(_ name: String) throws {
    let row = "{\"instruction\": \"a\", \"response\": \"b\"}\n"
    try AtomicFile.write(Array(row.utf8), to: folder.file(name))
  }

  private func sources(_ path: String) throws -> [String?] {
    let options = try HubSources.resolve(ImportOptions(paths: [path]), pull: snapshot)
    let writer = try ConversationWriter(folder.file("out/conversations.jsonl"))
    _ = try Importer(options).run(into: writer)
    try writer.commit()
    let reader = try ConversationReader(folder.file("out/conversations.jsonl"))
    var sources: [String?] = []
    while let next = try reader.next() { sources.append(next.provenance?.source) }
    return sources
  }

  @Test func provenancesNameTheRepositoryAndItsCommit() throws {
    try write("data/train.jsonl")
    let name = "hf://datasets/ravi/words@\(Self.commit)"
    #expect(try sources("hf://datasets/ravi/words") == ["\(name)/data/train.jsonl"])
    #expect(
      try sources("hf://datasets/ravi/words@main/data/train.jsonl")
        == ["\(name)/data/train.jsonl"])
  }

  @Test func optionsNameWhatWasAskedForAndNotTheCache() throws {
    try write("train.jsonl")
    let options = try HubSources.resolve(
      ImportOptions(paths: ["a.csv", "hf://datasets/ravi/words"]), pull: snapshot)
    #expect(options.paths == ["a.csv", folder.path])
    #expect(
      options.json["path"]
        == .array(["a.csv", .string("hf://datasets/ravi/words@\(Self.commit)")]))
  }

  @Test func modelsAreNoSources() {
    let error = #expect(throws: AksharaError.self) {
      try HubSources.resolve(ImportOptions(paths: ["hf://ravi/kannada"]), pull: snapshot)
    }
    #expect(error?.message == "`hf://ravi/kannada` names a model")
  }
}
