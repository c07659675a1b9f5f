/// A long pretoken: tokens in a doubly linked list, and the merges that could be made in a queue.
///
/// Nodes are numbered by the byte at which they begin. A join keeps the left node and takes the
/// right one out; entries of the queue that a join has overtaken stay there and are recognized,
/// when they come up, by their node's merge having another rank now.
///
/// - Complexity: O(n) steps for long pretokens, as long as merges of one rank are found from left to
///   right (`RankQueue`), else O(n log n); up to 40 bytes of memory a byte.
struct MergeChain {
  private struct Node {
    /// The token; of a node that is gone, whatever it was.
    var token: TokenID
    /// The rank of the merge with the next node; `Int32.max` if there is none.
    var rank: Int32
    /// The neighbours' numbers; −1 and `count` beyond the ends.
    var previous: Int32
    var next: Int32
  }

  /// From this length on the lists of a `RankQueue`, 12 bytes a merge rule, are worth their making.
  static let longPretoken = 1 << 14

  private let merges: MergeTable
  private var nodes: [Node]
  private var queue: RankQueue

  init(
    _ pretoken: UnsafeBufferPointer<UInt8>, model: BPEModel,
    longPretoken: Int = MergeChain.longPretoken
  ) {
    merges = model.merges
    nodes = pretoken.indices.map { index in
      Node(
        token: model.byteToken(pretoken[index]), rank: .max, previous: Int32(index) - 1,
        next: Int32(index) + 1)
    }
    queue = RankQueue(rankCount: pretoken.count < longPretoken ? 0 : merges.rankCount)
    for index in nodes.indices { rate(Int32(index)) }
  }

  /// Makes all merges.
  mutating func joinAll() {
    while let (rank, node) = queue.pop() {
      if nodes[Int(node)].rank == rank { join(node) }
    }
  }

  /// The tokens in order, with where each ends in the pretoken.
  func forEach(_ body: (TokenID, Int) -> Void) {
    var node = 0
    while node < nodes.count {
      body(nodes[node].token, Int(nodes[node].next))
      node = Int(nodes[node].next)
    }
  }

  /// Looks up the merge of a node with the next one, and queues it.
  private mutating func rate(_ node: Int32) {
    let next = nodes[Int(node)].next
    guard next < nodes.count,
      let (rank, _) = merges.find(nodes[Int(node)].token, nodes[Int(next)].token)
    else {
      nodes[Int(node)].rank = .max
      return
    }
    nodes[Int(node)].rank = rank
    queue.push(rank: rank, node: node)
  }

  private mutating func join(_ node: Int32) {
    let gone = nodes[Int(node)].next
    let next = nodes[Int(gone)].next
    guard let (_, result) = merges.find(nodes[Int(node)].token, nodes[Int(gone)].token) else {
      return
    }
    nodes[Int(gone)].rank = .max
    nodes[Int(node)].token = result
    nodes[Int(node)].next = next
    if next < nodes.count { nodes[Int(next)].previous = node }
    let previous = nodes[Int(node)].previous
    if previous >= 0 { rate(previous) }
    rate(node)
  }
}
