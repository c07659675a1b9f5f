import Artifacts
import Batching
import Conversations
import Fixtures
import Foundation
import Testing
import Tokenization
import Training

/// Bytes, and the two control tokens of ChatML.
private struct ByteTokenizer: Tokenizer {
  private let specials = ["<|im_start|>", "<|im_end|>"]
  var vocabularyCount: Int { 258 }
  var digest: String { "sha256:bytes" }
  func encode(_ bytes: UnsafeBufferPointer<UInt8>, specials: SpecialTokenPolicy) -> Encoding {
    Encoding(ids: bytes.map { TokenID($0) + 2 }, ends: bytes.indices.map { Int32($0 + 1) })
  }
  func bytes(of token: TokenID) -> [UInt8]? {
    token < 2 ? Array(specials[Int(token)].utf8) : UInt8(exactly: token - 2).map { [$0] }
  }
  func specialToken(_ text: String) -> TokenID? {
    specials.firstIndex(of: text).map { TokenID($0) }
  }
  func isSpecial(_ token: TokenID) -> Bool { token < 2 }
}

@Suite struct ShardBatchSourceTests {
  /// 23 training rows and 5 held-out ones of unlike lengths.
  private func makeShards(_ folder: TemporaryFolder) throws -> ShardSet {
    let writer = try ConversationWriter(folder.file("in.jsonl"))
    for index in 0..<28 {
      let question = String(repeating: "?", count: 1 + index * 7 % 13)
      try writer.write(
        Conversation(
          id: "row-\(index)",
          messages: [Message(.user, .text(question)), Message(.assistant, "yes")],
          split: index < 23 ? .train : .validation,
          provenance: Provenance(source: "test", record: index + 1)))
    }
    try writer.commit()
    let sharder = Sharder(tokenizer: ByteTokenizer(), options: FormatOptions())
    _ = try sharder.run(conversations: [folder.file("in.jsonl")], output: folder.file("shards"))
    return try ShardSet(folder.file("shards"))
  }

  private func options() -> TrainingOptions {
    var options = TrainingOptions()
    options.batchSize = 4
    return options
  }

  @Test func anEpochHasEveryRowOnceInAnOrderOfItsOwn() throws {
    let folder = TemporaryFolder()
    let source = try ShardBatchSource(makeShards(folder), options: options())
    #expect(source.trainingBatchCount(epoch: 0) == 6)
    func rows(_ epoch: Int) throws -> [Int] {
      try (0..<6).flatMap { try source.trainingBatch(epoch: epoch, index: $0).rows }
    }
    #expect(try rows(0).sorted() == Array(0..<23))
    #expect(try rows(1).sorted() == Array(0..<23))
    #expect(try rows(0) != rows(1))
    // Asked for again, after another epoch, a batch is the same.
    #expect(try rows(0) == rows(0))
    #expect(source.name(ofTrainingRow: 3) == "row-3")
  }

  @Test func heldOutRowsComeAsTheyAreWritten() throws {
    let folder = TemporaryFolder()
    let source = try ShardBatchSource(makeShards(folder), options: options())
    #expect(source.heldOutBatchCount == 2)
    #expect(try source.heldOutBatch(0).rows == [0, 1, 2, 3])
    #expect(try source.heldOutBatch(1).rows == [4])
    #expect(try source.heldOutBatch(1).input.targetCount == "yes".utf8.count + 1)
  }

  @Test func memoryIsPlannedForTheLongestBatchOfTheRun() throws {
    let folder = TemporaryFolder()
    let shards = try makeShards(folder)
    let source = try ShardBatchSource(shards, options: options())
    let lengths = shards.lengths(.train).map(Int.init).sorted(by: >)
    #expect(source.longestRow == lengths[0])
    let counts = try (0..<3).flatMap { epoch in
      try (0..<6).map { try source.trainingBatch(epoch: epoch, index: $0).input.tokens.count }
    }
    #expect(source.longestBatch == counts.max())
    // A run of very many epochs is planned for what could come.
    var long = options()
    long.epochs = 1000
    #expect(
      try ShardBatchSource(shards, options: long).longestBatch
        == lengths.prefix(4).reduce(0, +))
  }

  @Test func shardsThatWereChangedSinceTheirProofAreRefused() throws {
    let folder = TemporaryFolder()
    _ = try makeShards(folder)
    let path = folder.file("shards/train/data-00000-of-00001.arrow")
    var bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    // The labels lie at the end of the record batch, before the end-of-stream mark.
    bytes[bytes.count - 40] ^= 1
    try AtomicFile.write(bytes, to: path)
    let error = #expect(throws: AksharaError.self) {
      try ShardBatchSource(ShardSet(folder.file("shards")), options: options())
    }
    #expect(error?.message.contains("not proven") == true)
  }
}
