internal import Compute

/// A micro-batch's columns on the device, with room for the longest.
struct InputBuffers: Sendable {
  /// int32 `[capacity]`.
  let tokens: Tensor
  /// int32 `[capacity]`.
  let positions: Tensor
  /// int32 `[capacity]`.
  let targets: Tensor
  /// float32 `[capacity]`.
  let weights: Tensor
  /// int32 `[capacity]`: each token's place among an adapter's rows, if there are such rows.
  let trainedRows: Tensor?
  private let rowOfToken: [Int32: Int32]
  private let queryBorders: Tensor
  private let keyBorders: [Tensor]
  /// The borders of queries and keys for each way in which earlier keys are cached; written anew in
  /// place by each upload.
  private(set) var sequences: [PackedSequences]

  /// - Parameters:
  ///   - count: in how many ways keys of earlier passes are cached.
  init(
    capacity: Int, rows: ReplacedRows? = nil, keyBorders count: Int = 1, on backend: any Backend
  ) throws {
    trainedRows = try rows.map { _ in try backend.makeTensor([capacity], .int32) }
    rowOfToken = rows?.rowOfToken ?? [:]
    tokens = try backend.makeTensor([capacity], .int32)
    positions = try backend.makeTensor([capacity], .int32)
    targets = try backend.makeTensor([capacity], .int32)
    weights = try backend.makeTensor([capacity], .float32)
    let (queries, keys) = (
      try backend.makeTensor([capacity + 1], .int32),
      try (0..<count).map { _ in try backend.makeTensor([capacity + 1], .int32) }
    )
    (queryBorders, keyBorders) = (queries, keys)
    sequences = keys.map {
      PackedSequences(queryBorders: queries, keyBorders: $0, count: 0, longest: 0)
    }
  }

  /// Copies the columns to the device.
  ///
  /// - Parameters:
  ///   - cached: how many earlier keys stand before the only sequence's, for each way in which they
  ///     are cached; 0 without a cache.
  mutating func upload(
    _ batch: MicroBatch, on backend: any Backend, cached: (_ way: Int) -> Int
  ) {
    func copy<Element>(_ column: [Element], to tensor: Tensor) -> Tensor {
      let target = tensor.prefix(column.count)
      column.withUnsafeBytes { backend.upload($0, to: target) }
      return target
    }
    _ = copy(batch.tokens, to: tokens)
    _ = copy(batch.positions, to: positions)
    _ = copy(batch.targets, to: targets)
    _ = copy(batch.weights, to: weights)
    if let trainedRows {
      _ = copy(batch.tokens.map { rowOfToken[$0] ?? -1 }, to: trainedRows)
    }
    let queries = copy(batch.borders, to: queryBorders)
    for way in sequences.indices {
      let before = cached(way)
      sequences[way] = PackedSequences(
        queryBorders: queries,
        keyBorders: before == 0
          ? queries
          : copy(
            batch.borders.enumerated().map { $0 == 0 ? $1 : $1 + Int32(before) },
            to: keyBorders[way]),
        count: batch.borders.count - 1, longest: batch.longestSequence + before)
    }
  }
}
