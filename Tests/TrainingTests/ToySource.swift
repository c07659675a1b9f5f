import Artifacts
import Batching
import Compute
import Foundation
import Modeling
import Training

/// Rows that count upwards from a random start: easy to learn, so the loss must fall.
struct ToySource: BatchSource {
  static let vocabularyCount = 31

  let rows: [TokenRow]
  let heldOut: [TokenRow]
  let plan: BatchPlan
  /// The place where the source fails, as if the machine did.
  var stop: BatchPosition?
  var hasHeldOut = true

  struct Stopped: Error {}

  init(
    rows count: Int = 40, batchSize: Int = 4, packing: Int? = nil, seed: UInt64 = 1
  ) throws {
    var generator = SplitMix64(seed: seed)
    func row() -> TokenRow {
      let length = 4 + generator.next(below: 6)
      let start = generator.next(below: 20)
      let ids = [1] + (0..<length).map { Int32(2 + start + $0) }
      return TokenRow(inputIDs: ids, labels: [-100, -100] + ids.dropFirst(2))
    }
    rows = (0..<count).map { _ in row() }
    heldOut = (0..<8).map { _ in row() }
    plan = try BatchPlan(
      lengths: rows.map { Int32($0.count) },
      options: BatchPlan.Options(batchSize: batchSize, packing: packing, seed: seed))
  }

  /// The same rows, and the end where the batches of a step are asked for.
  ///
  /// For 3 micro-batches a step: the 10 of an epoch make 4 steps.
  func stopped(atStep step: Int) -> ToySource {
    var source = self
    source.stop = BatchPosition(epoch: step / 4, batch: step % 4 * 3)
    return source
  }

  /// The same rows with none held out.
  var withoutHeldOut: ToySource {
    var source = self
    source.hasHeldOut = false
    return source
  }

  var digest: String { "toy" }
  var longestBatch: Int { 11 * max(4, plan.options.batchSize) }
  var longestRow: Int { 11 }
  func trainingBatchCount(epoch: Int) -> Int { plan.epoch(epoch).count }
  func trainingBatch(epoch: Int, index: Int) throws -> SourceBatch {
    if BatchPosition(epoch: epoch, batch: index) == stop { throw Stopped() }
    let numbers = plan.epoch(epoch)[index]
    return SourceBatch(
      input: ModelInput(numbers.map { rows[$0] }), rows: numbers)
  }
  func name(ofTrainingRow row: Int) -> String { "row-\(row)" }
  var heldOutBatchCount: Int { hasHeldOut ? 2 : 0 }
  func heldOutBatch(_ index: Int) throws -> SourceBatch {
    let range = index * 4..<index * 4 + 4
    return SourceBatch(
      input: ModelInput(Array(heldOut[range])), rows: Array(range))
  }
}

/// A small model's folder with random weights.
func makeModelFolder(_ path: String, width: Int = 16) throws -> ModelFolder {
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  let configuration: JSONValue = [
    "model_type": "llama", "hidden_size": JSONValue(width), "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2, "intermediate_size": JSONValue(2 * width), "vocab_size": 31,
    "rms_norm_eps": 1e-5,
    "tie_word_embeddings": true, "max_position_embeddings": 64, "bos_token_id": 1,
    "eos_token_id": 0,
  ]
  try AtomicFile.write(configuration.pretty, to: "\(path)/config.json")
  return try ModelFolder(path)
}
