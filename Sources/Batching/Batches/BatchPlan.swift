internal import Artifacts

/// Which rows stand in which batch of which epoch.
///
/// The plan is a pure function of the rows' lengths, the options and the epoch's number: any batch
/// of any epoch can be made at once, so a run that stopped goes on with exactly the batch that was
/// next.
///
/// ```swift
/// let plan = try BatchPlan(lengths: shards.lengths(.train), options: options)
/// let epoch = plan.epoch(3)
/// let batch = try shards.batch(.train, rows: epoch[17], padding: endToken)
/// ```
public struct BatchPlan: Sendable, Equatable {
  /// How rows are put into batches.
  public struct Options: Sendable, Equatable {
    /// The most rows, or packs, in a batch.
    public var batchSize: Int
    /// The most tokens in a batch, padding not counted; a longer row stands alone. `nil`: no limit.
    public var maxTokensPerBatch: Int?
    /// Whether each epoch has its own random order; otherwise rows come as they are written.
    public var shuffle: Bool
    /// Whether rows of like length come together, so that less is padded.
    public var groupByLength: Bool
    /// Whether an epoch's last batch is left out where it has fewer than `batchSize` rows.
    public var dropLast: Bool
    /// The length of packs into which rows are laid; then `batchSize` counts packs. `nil`: rows are
    /// not packed.
    public var packing: Int?
    /// The seed of the order.
    public var seed: UInt64

    /// Options; the defaults are those of transformers' `Trainer`.
    public init(
      batchSize: Int = 8, maxTokensPerBatch: Int? = nil, shuffle: Bool = true,
      groupByLength: Bool = false, dropLast: Bool = false, packing: Int? = nil, seed: UInt64 = 42
    ) {
      self.batchSize = batchSize
      self.maxTokensPerBatch = maxTokensPerBatch
      self.shuffle = shuffle
      self.groupByLength = groupByLength
      self.dropLast = dropLast
      self.packing = packing
      self.seed = seed
    }
  }

  /// The number of tokens of each row.
  public let lengths: [Int32]
  /// How rows are put into batches.
  public let options: Options
  /// The packs, if rows are packed.
  public let packing: Packing?

  /// Rows are grouped by length inside runs of so many batches, so that the order stays random on
  /// the large scale. Source: transformers' `get_length_grouped_indices` (at most 50).
  static let batchesPerGroup = 50

  /// A plan over rows of these lengths.
  ///
  /// - Throws: `invalidOption` if a limit is below 1, if options contradict each other, or if a row
  ///   is longer than a pack.
  public init(lengths: [Int32], options: Options) throws {
    guard options.batchSize > 0 else {
      throw AksharaError(
        .invalidOption, "the batch size is \(options.batchSize)", remedy: "give 1 or more")
    }
    if let most = options.maxTokensPerBatch, most < 1 {
      throw AksharaError(
        .invalidOption, "a batch of at most \(most) tokens holds nothing", remedy: "give 1 or more")
    }
    if options.packing != nil, options.groupByLength || options.maxTokensPerBatch != nil {
      throw AksharaError(
        .invalidOption, "packs are of one length already",
        remedy: "leave `group_by_length` and the limit of tokens out, or do not pack")
    }
    self.lengths = lengths
    self.options = options
    packing = try options.packing.map { try Packing(lengths: lengths, capacity: $0) }
  }

  /// How many rows or packs are put into batches.
  private var unitCount: Int { packing?.count ?? lengths.count }

  /// How many batches an epoch has: the same number in every one, unless `maxTokensPerBatch` is
  /// given.
  ///
  /// - Complexity: O(1) without `maxTokensPerBatch`, else that of making an epoch.
  public var batchCount: Int {
    guard options.maxTokensPerBatch == nil else { return epoch(0).count }
    let most = options.batchSize
    return options.dropLast ? unitCount / most : (unitCount + most - 1) / most
  }

  /// The most tokens that a batch of any epoch can have, padding not counted.
  public var longestBatch: Int {
    let units = packing.map { packing in
      (0..<packing.count).map { pack in
        packing[pack].reduce(Int32(0)) { $0 + lengths[Int($1)] }
      }
    }
    return (units ?? lengths).sorted(by: >).prefix(options.batchSize).reduce(0) { $0 + Int($1) }
  }

  /// The batches of epoch `number`, counted from 0.
  ///
  /// - Complexity: O(n), with grouping O(n log n), in the number of rows.
  public func epoch(_ number: Int) -> EpochPlan {
    var generator = SplitMix64(seed: options.seed, stream: UInt64(number))
    var order = (0..<Int32(unitCount)).map { $0 }
    if options.shuffle { order.shuffle(seeded: &generator) }
    if options.groupByLength { group(&order) }
    var ranges = cut(order)
    if options.dropLast, let last = ranges.last, last.count < options.batchSize {
      ranges.removeLast()
    }
    // Grouping puts the long rows of each run first; shuffling whole batches hides that again.
    if options.groupByLength && options.shuffle { ranges.shuffle(seeded: &generator) }
    return EpochPlan(number: number, order: order, ranges: ranges, packing: packing)
  }

  /// Sorts runs of rows by falling length; rows of one length keep their order.
  private func group(_ order: inout [Int32]) {
    let run = options.batchSize * Self.batchesPerGroup
    for start in stride(from: 0, to: order.count, by: run) {
      let range = start..<min(start + run, order.count)
      let places = range.sorted { left, right in
        let (first, second) = (lengths[Int(order[left])], lengths[Int(order[right])])
        return first == second ? left < right : first > second
      }
      order.replaceSubrange(range, with: places.map { order[$0] })
    }
  }

  /// Cuts the order into batches, each as full as both limits allow.
  private func cut(_ order: [Int32]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    var tokens = 0
    for (place, row) in order.enumerated() {
      let length = packing == nil ? Int(lengths[Int(row)]) : 0
      let isFull = place - start == options.batchSize
      let isHeavy = options.maxTokensPerBatch.map { tokens + length > $0 } ?? false
      if place > start && (isFull || isHeavy) {
        ranges.append(start..<place)
        (start, tokens) = (place, 0)
      }
      tokens += length
    }
    if start < order.count { ranges.append(start..<order.count) }
    return ranges
  }
}
