/// A short pretoken: tokens in an array, whose best merge is looked for anew after each join.
///
/// Quadratic, but for a few dozen bytes faster than anything with pointers. The nodes' memory is
/// taken once and used for one pretoken after another.
final class MergeScan {
  private struct Node {
    var token: TokenID
    /// The merge with the right neighbour; the rank is `Int32.max` where they do not join.
    var rank: Int32
    var result: TokenID
  }

  /// The longest pretoken that is scanned. Where scan and chain cross over was measured: at about
  /// 100 bytes either costs the same.
  static let capacity = 100

  private let model: BPEModel
  // Owned, with room for `capacity` nodes; the first `count` are initialized (trivial type).
  private let nodes = UnsafeMutablePointer<Node>.allocate(capacity: MergeScan.capacity)
  private var count = 0

  init(_ model: BPEModel) { self.model = model }

  deinit { nodes.deallocate() }

  /// Encodes a pretoken of 1 to `capacity` bytes: its tokens go to `ids`, which has room for as many
  /// as it has bytes.
  ///
  /// - Returns: the number of tokens.
  func encode(
    _ pretoken: UnsafeBufferPointer<UInt8>, into ids: UnsafeMutablePointer<TokenID>
  ) -> Int {
    start(pretoken)
    while let index = best() { join(at: index) }
    for index in 0..<count { ids[index] = nodes[index].token }
    return count
  }

  private func start(_ pretoken: UnsafeBufferPointer<UInt8>) {
    precondition((1...Self.capacity).contains(pretoken.count))
    count = pretoken.count
    for index in 0..<count - 1 {
      let pair = model.bytePair(pretoken[index], pretoken[index + 1])
      (nodes + index).initialize(
        to: Node(
          token: model.byteToken(pretoken[index]), rank: pair.rank, result: pair.result))
    }
    (nodes + count - 1).initialize(
      to: Node(token: model.byteToken(pretoken[count - 1]), rank: .max, result: 0))
  }

  /// The leftmost node whose merge has the lowest rank.
  private func best() -> Int? {
    var rank = Int32.max
    var best = -1
    for index in 0..<count where nodes[index].rank < rank {
      rank = nodes[index].rank
      best = index
    }
    return best >= 0 ? best : nil
  }

  /// Joins node `index` with the one behind it.
  private func join(at index: Int) {
    nodes[index].token = nodes[index].result
    let behind = nodes + index + 1
    behind.update(from: behind + 1, count: count - index - 2)
    count -= 1
    rate(index)
    if index > 0 { rate(index - 1) }
  }

  /// Looks up the merge of node `index` with its right neighbour.
  private func rate(_ index: Int) {
    guard index + 1 < count,
      let merge = model.merges.find(nodes[index].token, nodes[index + 1].token)
    else {
      nodes[index].rank = .max
      return
    }
    nodes[index].rank = merge.rank
    nodes[index].result = merge.result
  }
}
