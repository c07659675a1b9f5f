import Artifacts
import Conversations
import Fixtures
import Foundation
import Testing

@testable import Batching

@Suite struct ShardSetTests {
  private func folder() throws -> ShardFolder {
    try ShardFolder(
      (0..<10).map { SampleConversations.dialogue("a\($0)", "b", id: "\($0)") },
      limits: .init(batchRows: 3, fileBytes: 1_500))
  }

  private func refusal(_ body: () throws -> Void) -> AksharaError? {
    do { try body() } catch { return error as? AksharaError }
    return nil
  }

  private let data = "train/data-00000-of-00003.arrow"

  @Test func rowsAreFoundInWhicheverFileTheyStand() throws {
    let set = try folder().open()
    #expect(set.manifest.splits[0].files.map(\.path).filter { $0.contains("data") }.count == 3)
    #expect(set.manifest.splits[0].files[0].path == data)
    for row in 0..<10 { #expect(try set.record(.train, row).sample.conversationID == "\(row)") }
    #expect(
      try Array(ShardSelection(of: set, split: nil, row: nil, limit: 4)).map(\.1) == [0, 1, 2, 3])
    #expect(try Array(ShardSelection(of: set, split: .train, row: 7, limit: nil)).map(\.1) == [7])
    #expect(throws: AksharaError.self) {
      try ShardSelection(of: set, split: .test, row: nil, limit: nil)
    }
    #expect(throws: AksharaError.self) {
      try ShardSelection(of: set, split: nil, row: 10, limit: nil)
    }
  }

  @Test func aProvenSetIsAccepted() throws {
    // The folder goes with its last owner, and files beside the rows are read from it.
    let folder = try folder()
    try withExtendedLifetime(folder) { try folder.open().requireProof() }
  }

  @Test func aSetWithoutProofIsRefused() throws {
    let folder = try folder()
    var manifest = try folder.open().manifest
    manifest.proof = nil
    try folder.write(manifest)
    #expect(
      refusal { try folder.open().requireProof() }?.description
        == "\(folder.path): the shard set is not proven: its labels were never verified, or not "
        + "without faults; run "
        + "`akshara labels verify` on it, or make it again with `akshara shard`")
  }

  @Test func aProofThatDoesNotHoldIsRefused() throws {
    let folder = try folder()
    var manifest = try folder.open().manifest
    manifest.proof?.faults[.supervisedHeader] = 2
    try folder.write(manifest)
    #expect(
      refusal { try folder.open().requireProof() }?.message
        == "the shard set is not proven: its proof does not hold: 2 supervised_header")
  }

  @Test func aProofOfOtherRowsOrFilesIsRefused() throws {
    let folder = try folder()
    let manifest = try folder.open().manifest
    var other = manifest
    other.proof?.rows = 9
    try folder.write(other)
    #expect(refusal { try folder.open().requireProof() }?.code == .checkFailed)
    other = manifest
    other.proof?.files[data] = Digest(of: [])
    try folder.write(other)
    #expect(
      refusal { try folder.open().requireProof() }?.message
        == "the shard set is not proven: its proof is of other files")
  }

  @Test func countsThatDoNotAddUpAreRefused() throws {
    let folder = try folder()
    var manifest = try folder.open().manifest
    manifest.splits[0].counts.ledger.context += 1
    try folder.write(manifest)
    #expect(
      refusal { try folder.open().requireProof() }?.message
        == "the shard set is not proven: its counts do not add up")
  }

  @Test func countsThatAreNotTheFilesAreRefusedThoughTheProofHolds() throws {
    let folder = try folder()
    let manifest = try folder.open().manifest
    var other = manifest
    other.splits[0].counts.changeLedgers { ledger in
      ledger.context -= 10
      ledger.supervised += 10
    }
    try folder.write(other)
    let ledger = manifest.totals.ledger
    let error = refusal { try folder.open().requireProof() }
    #expect(error?.code == .checkFailed)
    #expect(
      error?.message
        == "the shard set is not proven: train: \(ledger.supervised + ledger.context) tokens, "
        + "\(ledger.supervised) of them supervised, where the ledger has "
        + "\(ledger.supervised + ledger.context) and \(ledger.supervised + 10)")
  }

  @Test(arguments: [
    ("\"holds\": true", "\"holds\": false"),
    ("\"supervised_header\": 0", "\"supervised_header\": 2"),
    ("\"supervised_header\"", "\"supervised_heading\""),
  ])
  func aProofThatContradictsItselfIsRefused(from: String, to: String) throws {
    let folder = try folder()
    try folder.replace(from, with: to)
    let error = refusal { try folder.open().requireProof() }
    #expect(error?.code == .checkFailed)
    #expect(
      error?.message
        == "the shard set is not proven: its proof lacks a part or contradicts itself")
  }

  @Test func aLabelChangedBehindOurBackIsRefused() throws {
    let folder = try folder()
    // One byte of the last label in the file: the layout stays whole, the digest does not.
    try folder.change(data) { bytes in
      let last = bytes.indices.last { bytes[$0] != 0 && $0 < bytes.count - 64 } ?? 0
      bytes[last] ^= 1
    }
    #expect(
      refusal { try folder.open().requireProof() }?.message
        == "the shard set is not proven: `\(data)` was changed since its labels were verified")
    let report = try folder.verify()
    #expect(report.problems.contains("`\(data)` is not the file that the manifest names"))
    #expect(!report.holds)
  }

  @Test func missingAndForeignFilesAreNamed() throws {
    let folder = try folder()
    try FileManager.default.removeItem(atPath: "\(folder.path)/\(data)")
    #expect(refusal { _ = try folder.open() }?.code == .missingFile)
    let empty = TemporaryFolder()
    #expect(
      refusal { _ = try ShardSet(empty.path) }?.description
        == "\(empty.path): this is not a shard set (it has no manifest.json); name a folder that "
        + "`akshara shard` wrote")
    let nowhere = empty.file("nowhere")
    #expect(refusal { _ = try ShardSet(nowhere) }?.location?.file == "\(nowhere)/manifest.json")
  }

  @Test func rowsOfAnotherFileAreRefused() throws {
    let folder = try folder()
    try folder.change("train/rows-00000-of-00003.arrow") { bytes in
      let other = "\(folder.path)/train/rows-00002-of-00003.arrow"
      bytes = [UInt8](FileManager.default.contents(atPath: other) ?? Data())
    }
    #expect(
      refusal { _ = try folder.open() }?.message
        == "its rows are not those of `data-00000-of-00003.arrow`")
  }

  @Test(arguments: [
    ("\"version\": 1,\n  \"tool\"", "\"version\": 2,\n  \"tool\"", AksharaError.Code.unsupported),
    ("akshara-shards", "something", .malformed),
    (
      "train/data-00000-of-00003.arrow\",\n          \"digest",
      "../data-00000-of-00003.arrow\",\n          \"digest", .malformed
    ),
    ("\"rows_in\": 10", "\"rows_in\": -1", .malformed),
    ("\"train_on\": \"assistant\"", "\"train_on\": \"nobody\"", .invalidOption),
    ("\"rendered\"", "\"rendred\"", .malformed),
    ("<|im_end|>\",\n      \"control", "<|im_and|>\",\n      \"control", .malformed),
  ])
  func brokenManifestsAreRefused(from: String, to: String, code: AksharaError.Code) throws {
    let folder = try folder()
    try folder.replace(from, with: to)
    #expect(refusal { _ = try folder.open() }?.code == code)
  }
}
