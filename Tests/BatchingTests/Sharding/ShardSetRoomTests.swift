import Artifacts
import Conversations
import Fixtures
import Foundation
import Testing

@testable import Batching

/// What a new shard set replaces, and what it never does.
@Suite struct ShardSetRoomTests {
  private let signature = ShardApproval.Signature(
    by: "R. Rao", note: "read", time: "2026-11-22T00:00:00Z")

  /// Makes the set of `folder` again.
  private func shard(_ folder: ShardFolder, keepsApproval: Bool = false) throws {
    let input = TemporaryFolder()
    try ShardFolder.write([SampleConversations.dialogue("a", "other")], to: input.file("in.jsonl"))
    var sharder = Sharder(tokenizer: folder.tokenizer, options: FormatOptions())
    sharder.keepsApproval = keepsApproval
    _ = try sharder.run(conversations: [input.file("in.jsonl")], output: folder.path)
  }

  /// A set with every kind of file.
  private func set() throws -> ShardFolder {
    var held = SampleConversations.dialogue("c", "d", id: "2")
    held.split = .validation
    return try ShardFolder([
      SampleConversations.dialogue("a", "b", id: "1"), held,
      SampleConversations.dialogue("a", id: "3"),
    ])
  }

  @Test func anOlderSetIsReplaced() throws {
    let folder = try set()
    #expect(try ShardSet.ownFiles(in: folder.path).count == folder.contents().count)
    try shard(folder)
    #expect(try folder.open().splits == [.train])
  }

  @Test(arguments: [
    "notes.txt", ".gitattributes", "train/notes.txt", "train/data-mine.arrow",
    "train/cache-0123456789abcdef.arrow", "mine/y", "tokenizer_config.json",
    "other/data-00000-of-00001.arrow", "train/more/state.json",
  ])
  func whatIsTheUsersIsNamedAndKept(name: String) throws {
    let folder = try set()
    try AtomicFile.write(Array("precious".utf8), to: "\(folder.path)/\(name)")
    let before = try folder.contents()
    let error = #expect(throws: AksharaError.self) { try shard(folder) }
    #expect(error?.code == .invalidOption && error?.message.contains("`\(name)`") == true)
    #expect(try folder.contents() == before)
  }

  @Test func anApprovedSetIsKept() throws {
    let folder = try set()
    _ = try ShardApproval.sign(folder.path, signature)
    let before = try folder.contents()
    let error = #expect(throws: AksharaError.self) { try shard(folder) }
    #expect(
      error?.message
        == "the shard set there was approved by R. Rao, and the new one would take its place")
    #expect(error?.remedy?.contains("remove `\(folder.path)/approval.json`") == true)
    #expect(try folder.contents() == before)
    // What cannot be read may be somebody's word all the same.
    try AtomicFile.write([1], to: "\(folder.path)/approval.json")
    #expect(throws: AksharaError.self) { try shard(folder) }
    try Folder.remove("\(folder.path)/approval.json")
    try shard(folder)
  }

  @Test func anApprovalMayBeKeptAndHoldsForTheSameSetAlone() throws {
    let folder = try set()
    let first = try ShardApproval.sign(folder.path, signature)
    try shard(folder, keepsApproval: true)
    #expect(try folder.open().approvalState() == .outdated(first))
    let second = try ShardApproval.sign(folder.path, signature)
    try shard(folder, keepsApproval: true)
    #expect(try folder.open().approvalState() == .approved(second))
    try AtomicFile.write([1], to: "\(folder.path)/notes.txt")
    #expect(throws: AksharaError.self) { try shard(folder, keepsApproval: true) }
  }

  @Test func anExportKnowsItsFiles() {
    for own in ["akshara_manifest.json", "data/train-00000-of-00001.parquet"] {
      #expect(ShardExport.isOwnFile(own))
    }
    for other in [
      "README.md", "data/notes.txt", "data/mine-00000-of-00001.parquet", "data/train.parquet",
      "x/data/train-00000-of-00001.parquet",
    ] {
      #expect(!ShardExport.isOwnFile(other))
    }
  }
}
