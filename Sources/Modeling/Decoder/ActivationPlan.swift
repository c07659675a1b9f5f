/// Where an operation reads or writes: a buffer of the plan, or a layer's rows of the cache.
enum ActivationSlot: Hashable, Sendable {
  /// A buffer of the plan, by its index.
  case buffer(Int)
  /// The keys of a layer, kept between passes while generating.
  case cachedKeys(layer: Int)
  /// The values of a layer, kept between passes while generating.
  case cachedValues(layer: Int)
}

/// Which buffers a forward (and backward) pass writes, known before any memory is taken.
///
/// Every buffer has one row a token, so a buffer planned for the longest micro-batch serves all:
/// a pass over `n` tokens works on the first `n` rows.
public struct ActivationPlan: Sendable {
  /// One buffer.
  public struct Buffer: Sendable, Equatable {
    /// What it holds, for people.
    public let name: String
    /// float32 elements a token.
    public let width: Int
  }

  /// The buffers.
  public private(set) var buffers: [Buffer] = []

  /// float32 elements a token, over all buffers.
  public var elementsPerToken: Int { buffers.reduce(0) { $0 + $1.width } }

  /// A buffer of `width` float32 elements a token: the one that has this name, or a new one.
  mutating func slot(_ name: String, _ width: Int) -> ActivationSlot {
    let wanted = Buffer(name: name, width: width)
    if let index = buffers.firstIndex(of: wanted) { return .buffer(index) }
    buffers.append(wanted)
    return .buffer(buffers.count - 1)
  }
}
