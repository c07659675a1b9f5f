public import Compute

/// What an adapter puts in the place of the base's own tensors, or of some of their rows.
public struct AdapterReplacements: Sendable {
  /// Modules that are trained whole, in the model's order (`modules_to_save`).
  public var modules: [SavedModule] = []
  /// Rows of the embedding (`trainable_token_indices`).
  public var embeddingRows: ReplacedRows?
  /// Rows of the head: the embedding's own where the two are tied and trained together.
  public var headRows: ReplacedRows?
  /// Whether the head's rows are those of the embedding.
  public var sharesRows = false

  /// The rows that stand in the head, whoever they belong to.
  var sharedHeadRows: ReplacedRows? { sharesRows ? embeddingRows : headRows }

  /// Nothing is replaced.
  public init() {}

  /// Whether nothing is replaced.
  public var isEmpty: Bool { modules.isEmpty && embeddingRows == nil && headRows == nil }
}

/// Rows of a table that an adapter has values of its own for.
public struct ReplacedRows: Sendable {
  /// Which rows, in the order of the values.
  public let indices: [Int32]
  /// int32 `[n]`: the same on the device.
  public let places: Tensor
  /// float32 `[n, hidden]`: the values that stand there instead of the base's.
  public let values: Tensor

  /// Rows on `backend`, all zero.
  ///
  /// - Throws: `device` if there is no room.
  init(_ indices: [Int32], width: Int, on backend: any Backend) throws {
    self.indices = indices
    places = try backend.makeTensor([indices.count], .int32)
    values = try backend.makeTensor([indices.count, width], .float32)
    indices.withUnsafeBytes { backend.upload($0, to: places) }
  }

  /// The row's place among these for each token that has one.
  var rowOfToken: [Int32: Int32] {
    Dictionary(
      indices.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
  }
}
