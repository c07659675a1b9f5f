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
    /// The most rows in a batch.
    public var batchSize: Int
    /// The most tokens in a batch, padding not counted; a longer row stands alone. `nil`: no limit.
    public var maxTokensPerBatch: Int?
    /// Whether each epoch has its own random order; otherwise rows come as they are written.
    public var shuffle: Bool
    /// Whether rows of like length come together, so that less is padded.
    public var groupByLength: Bool
    /// Whether an epoch's last batch is left out where it has fewer than `batchSize` rows.
    public var dropLast: Bool
    /// The seed of the order.
    public var seed: UInt64

    /// Options; the defaults are those of transformers' `Trainer`.
    public init(
      batchSize: Int = 8, maxTokensPerBatch: Int? = nil, shuffle: Bool = true,
      groupByLength: Bool = false, dropLast: Bool = false, seed: UInt64 = 42
    ) {
      self.batchSize = batchSize
      self.maxTokensPerBatch = maxTokensPerBatch
      self.shuffle = shuffle
      self.groupByLength = groupByLength
      self.dropLast = dropLast
      self.seed = seed
    }
  }

  /// The number of tokens of each row.
  public let lengths: [Int32]
  /// How rows are put into batches.
  public let options: Options

  /// Rows are grouped by length inside runs of so many batches, so that the order stays random on
  /// the large scale. Source: transformers' `get_length_grouped_indices` (at most 50).
  static let batchesPerGroup = 50

  /// A plan over rows of these lengths.
  ///
  /// - Throws: `invalidOption` if a limit is below 1.
  public init(lengths: [Int32], options: Options) throws {
    guard options.batchSize > 0 else {
      throw AksharaError(
        .invalidOption, "the batch size is \(options.batchSize)", remedy: "give 1 or more")
    }
    if let most = options.maxTokensPerBatch, most < 1 {
      throw AksharaError(
        .invalidOption, "a batch of at most \(most) tokens holds nothing", remedy: "give 1 or more")
    }
    self.lengths = lengths
    self.options = options
  }

  /// The batches of epoch `number`, counted from 0.
  ///
  /// - Complexity: O(n), with grouping O(n log n), in the number of rows.
  public func epoch(_ number: Int) -> EpochPlan {
    var generator = SplitMix64(seed: options.seed, stream: UInt64(number))
    var order = (0..<Int32(lengths.count)).map { $0 }
    if options.shuffle { order.shuffle(seeded: &generator) }
    if options.groupByLength { group(&order) }
    var ranges = cut(order)
    if options.dropLast, let last = ranges.last, last.count < options.batchSize {
      ranges.removeLast()
    }
    // Grouping puts the long rows of each run first; shuffling whole batches hides that again.
    if options.groupByLength && options.shuffle { ranges.shuffle(seeded: &generator) }
    return EpochPlan(number: number, order: order, ranges: ranges)
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
      let length = Int(lengths[Int(row)])
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

/// The batches of one epoch: a collection of lists of row numbers.
public struct EpochPlan: RandomAccessCollection, Sendable, Equatable {
  /// The epoch's number, counted from 0.
  public let number: Int
  private let order: [Int32]
  private let ranges: [Range<Int>]

  init(number: Int, order: [Int32], ranges: [Range<Int>]) {
    self.number = number
    self.order = order
    self.ranges = ranges
  }

  /// 0.
  public var startIndex: Int { 0 }
  /// How many batches.
  public var endIndex: Int { ranges.count }
  /// The rows of batch `index`, by their number in the split.
  public subscript(index: Int) -> [Int] { order[ranges[index]].map(Int.init) }
}
