public import Batching

/// A micro-batch with the numbers of its rows, so that a message can name them.
public struct SourceBatch: Sendable, Equatable {
  /// The rows laid end to end.
  public var input: ModelInput
  /// The number of each row in its split.
  public var rows: [Int]

  /// A micro-batch.
  public init(input: ModelInput, rows: [Int]) {
    self.input = input
    self.rows = rows
  }
}

/// Where a trainer takes its micro-batches from.
///
/// Any micro-batch of any epoch can be made at once and is always the same: so a run that stopped
/// goes on with exactly the one that was next.
public protocol BatchSource: Sendable {
  /// The digest of the rows and their order; a run goes on only with the data it began with.
  var digest: String { get }
  /// The most tokens a micro-batch can have, held-out ones included.
  var longestBatch: Int { get }
  /// The tokens of the longest row.
  var longestRow: Int { get }

  /// How many micro-batches epoch `epoch`, counted from 0, has; above 0.
  func trainingBatchCount(epoch: Int) -> Int
  /// Micro-batch `index` of epoch `epoch`.
  func trainingBatch(epoch: Int, index: Int) throws -> SourceBatch
  /// What a training row is called in messages: its conversation's ID.
  func name(ofTrainingRow row: Int) -> String
  /// Where a training row lies: its file and its number there.
  func place(ofTrainingRow row: Int) -> String

  /// How many held-out micro-batches there are; 0 if there is no validation split.
  var heldOutBatchCount: Int { get }
  /// Held-out micro-batch `index`.
  func heldOutBatch(_ index: Int) throws -> SourceBatch
}

extension BatchSource {
  /// Where a source knows no files: the row's number.
  public func place(ofTrainingRow row: Int) -> String { "row \(row)" }
}
