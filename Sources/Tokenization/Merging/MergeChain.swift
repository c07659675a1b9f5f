/// A long pretoken: tokens in a doubly linked list, and the merges that could be made in a heap.
///
/// Nodes are numbered by the byte at which they begin. A join keeps the left node and takes the
/// right one out; entries of the heap that a join has overtaken stay there and are recognized,
/// when they come up, by their node being gone or its token or its neighbour's being another.
///
/// - Complexity: O(n log n) steps, 48 bytes of memory a byte.
struct MergeChain {
  private struct Node {
    /// The token, or −1 once the node is gone.
    var token: TokenID
    /// The neighbours' numbers; −1 and `count` beyond the ends.
    var previous: Int32
    var next: Int32
  }

  /// A merge that could be made when it was pushed.
  private struct Candidate: Comparable {
    var rank: Int32
    var node: Int32
    var left: TokenID
    var right: TokenID

    static func < (left: Candidate, right: Candidate) -> Bool {
      (left.rank, left.node) < (right.rank, right.node)
    }
  }

  private let merges: MergeTable
  private var nodes: [Node]
  private var heap = BinaryHeap<Candidate>()

  init(_ pretoken: UnsafeBufferPointer<UInt8>, model: BPEModel) {
    merges = model.merges
    nodes = pretoken.indices.map { index in
      Node(
        token: model.byteToken(pretoken[index]), previous: Int32(index) - 1,
        next: Int32(index) + 1)
    }
    heap = BinaryHeap(nodes.indices.compactMap { candidate(at: Int32($0)) })
  }

  /// Makes all merges.
  mutating func joinAll() {
    while let candidate = heap.pop() {
      guard isCurrent(candidate),
        let (_, result) = merges.find(candidate.left, candidate.right)
      else { continue }
      join(candidate.node, result)
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

  private func candidate(at node: Int32) -> Candidate? {
    let next = nodes[Int(node)].next
    guard next < nodes.count else { return nil }
    let (left, right) = (nodes[Int(node)].token, nodes[Int(next)].token)
    guard let (rank, _) = merges.find(left, right) else { return nil }
    return Candidate(rank: rank, node: node, left: left, right: right)
  }

  private func isCurrent(_ candidate: Candidate) -> Bool {
    let node = nodes[Int(candidate.node)]
    return node.token == candidate.left && node.next < nodes.count
      && nodes[Int(node.next)].token == candidate.right
  }

  private mutating func join(_ node: Int32, _ result: TokenID) {
    let gone = nodes[Int(node)].next
    let next = nodes[Int(gone)].next
    nodes[Int(gone)].token = -1
    nodes[Int(node)].token = result
    nodes[Int(node)].next = next
    if next < nodes.count { nodes[Int(next)].previous = node }
    if let candidate = candidate(at: node) { heap.push(candidate) }
    let previous = nodes[Int(node)].previous
    if previous >= 0, let candidate = candidate(at: previous) { heap.push(candidate) }
  }
}
