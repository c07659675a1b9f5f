public import Batching
internal import Conversations
internal import Synchronization

/// Micro-batches from a shard set whose labels are proven.
///
/// Training rows, or packs of them, come in a new random order each epoch (`BatchPlan`); held-out
/// rows as they are written.
public final class ShardBatchSource: BatchSource {
  /// The digest of the shard set's manifest.
  public let digest: String
  /// The most tokens of a micro-batch of this run.
  public let longestBatch: Int
  /// The tokens of the longest row of both splits.
  public let longestRow: Int

  private let shards: ShardSet
  private let plan: BatchPlan
  private let heldOut: EpochPlan
  /// The order of the epoch that was asked for last: making it takes a pass over all rows.
  private let current: Mutex<EpochPlan>

  /// A source over the splits `train` and `validation` of `shards`.
  ///
  /// - Throws: `checkFailed` if the set's labels are not proven, it was changed since, or it is not
  ///   approved though it must be.
  /// - Complexity: reads the whole set once, to check its digests.
  public init(_ shards: ShardSet, options: TrainingOptions) throws {
    try shards.requireProof(accepting: options.acceptUnproven)
    if options.requiresApproval { try shards.requireApproval() }
    self.shards = shards
    digest = shards.digest.description
    let lengths = shards.lengths(.train)
    plan = try BatchPlan(
      lengths: lengths,
      options: BatchPlan.Options(
        batchSize: options.batchSize, groupByLength: options.groupsByLength,
        packing: options.layout.packing ? shards.manifest.options.maxLength : nil,
        seed: options.seed))
    let heldOutLengths = shards.lengths(.validation)
    heldOut = try BatchPlan(
      lengths: heldOutLengths,
      options: BatchPlan.Options(batchSize: options.batchSize, shuffle: false)
    ).epoch(0)
    current = Mutex(plan.epoch(0))
    longestRow = Int(max(lengths.max() ?? 0, heldOutLengths.max() ?? 0))
    longestBatch = max(
      plan.longestBatch(of: options),
      heldOut.map { rows in Self.sum(rows.map { heldOutLengths[$0] }) }.max() ?? 0)
  }

  private static func sum(_ lengths: some Sequence<Int32>) -> Int {
    lengths.reduce(0) { $0 + Int($1) }
  }

  private func epoch(_ number: Int) -> EpochPlan {
    current.withLock { current in
      if current.number != number { current = plan.epoch(number) }
      return current
    }
  }

  /// The packs that training rows stand in; `nil` if they are not packed.
  package var packing: Packing? { plan.packing }

  /// How many micro-batches an epoch has: the same in every epoch.
  public func trainingBatchCount(epoch number: Int) -> Int {
    plan.batchCount
  }

  /// A micro-batch of an epoch.
  public func trainingBatch(epoch number: Int, index: Int) throws -> SourceBatch {
    batch(.train, epoch(number)[index])
  }

  /// The tokens of a micro-batch of an epoch.
  package func tokenCount(epoch number: Int, index: Int) -> Int {
    epoch(number)[index].reduce(0) { $0 + Int(plan.lengths[$1]) }
  }

  /// The tokens of the largest held-out micro-batch.
  package var largestHeldOutBatch: Int {
    let lengths = shards.lengths(.validation)
    return heldOut.map { rows in Self.sum(rows.map { lengths[$0] }) }.max() ?? 0
  }

  /// The conversation's ID, or the row's number where it cannot be read.
  public func name(ofTrainingRow row: Int) -> String {
    (try? shards.record(.train, row).sample.conversationID) ?? "train row \(row)"
  }

  /// The data file that holds the row, and its number there.
  public func place(ofTrainingRow row: Int) -> String {
    var rest = row
    let files = shards.manifest.splits.first { $0.split == .train }?.files ?? []
    for file in files where file.isData {
      if rest < file.rows { return "\(file.path) row \(rest)" }
      rest -= file.rows
    }
    return "train row \(row)"
  }

  /// How many held-out micro-batches there are.
  public var heldOutBatchCount: Int { heldOut.count }

  /// A held-out micro-batch.
  public func heldOutBatch(_ index: Int) throws -> SourceBatch {
    batch(.validation, heldOut[index])
  }

  private func batch(_ split: Split, _ rows: [Int]) -> SourceBatch {
    SourceBatch(input: ModelInput(rows.map { shards.row(split, $0) }), rows: rows)
  }
}
