public import Artifacts

/// The place of a batch: all that must be kept to go on with exactly the next one.
public struct BatchPosition: Sendable, Equatable {
  /// The epoch, counted from 0.
  public var epoch: Int
  /// The batch in the epoch, counted from 0.
  public var batch: Int

  /// A place; the very first if nothing is given.
  public init(epoch: Int = 0, batch: Int = 0) {
    self.epoch = epoch
    self.batch = batch
  }

  /// The place as JSON.
  public var json: JSONValue { ["epoch": JSONValue(epoch), "batch": JSONValue(batch)] }

  /// Reads what `json` gives; `nil` if a number is missing or below 0.
  public init?(json: JSONValue) {
    guard let epoch = json["epoch"]?.integer, let batch = json["batch"]?.integer, epoch >= 0,
      batch >= 0
    else { return nil }
    self.init(epoch: Int(epoch), batch: Int(batch))
  }
}

/// One rank's batches, epoch after epoch without end.
///
/// ```swift
/// var batches = try BatchSequence(plan, rank: 1, of: 4)
/// while let rows = batches.next() { … checkpoint.position = batches.position … }
/// var later = try BatchSequence(plan, from: checkpoint.position, rank: 1, of: 4)   // goes on there
/// ```
public struct BatchSequence: IteratorProtocol, Sendable {
  /// The place of the batch that comes next.
  public private(set) var position: BatchPosition
  private let plan: BatchPlan
  private let rank: Int
  private let ranks: Int
  private var epoch: [[Int]]

  /// The batches of `plan` from a place on.
  ///
  /// - Throws: `invalidOption` if there is no such rank, or no such batch in its epoch.
  public init(
    _ plan: BatchPlan, from position: BatchPosition = BatchPosition(), rank: Int = 0,
    of ranks: Int = 1
  ) throws {
    epoch = try plan.epoch(position.epoch).share(ofRank: rank, of: ranks)
    guard position.batch < epoch.count || position.batch == 0 else {
      throw AksharaError(
        .invalidOption,
        "epoch \(position.epoch) has \(epoch.count) batches, and none with the number "
          + "\(position.batch)", remedy: "go on with the shards and options that the run began with"
      )
    }
    (self.position, self.plan, self.rank, self.ranks) = (position, plan, rank, ranks)
  }

  /// The rows of the next batch; `nil` only if the plan has none at all.
  public mutating func next() -> [Int]? {
    guard position.batch < epoch.count else { return nil }
    let rows = epoch[position.batch]
    position.batch += 1
    if position.batch == epoch.count {
      position = BatchPosition(epoch: position.epoch + 1)
      epoch = (try? plan.epoch(position.epoch).share(ofRank: rank, of: ranks)) ?? []
    }
    return rows
  }
}
