/// Encodes pretokens one after another and collects their tokens.
///
/// A short pretoken is an array of tokens in which the best merge is looked for anew each time
/// (`scan`); a long one has its merges in a heap (`encodeLong`), so that ten million bytes without a
/// space take n log n steps. Both join, until none is left, the pair with the lowest rank, the
/// leftmost of equals. `ReferenceBPE` says the same in its plainest form.
struct PretokenEncoder {
  private let model: BPEModel
  /// What has been encoded so far.
  private(set) var encoding = Encoding()
  private var scan = ScanState()

  /// Pretokens up to this length are scanned. Where the two cross over was measured: at 100 bytes
  /// either costs about the same.
  static let longestScan = 100

  init(_ model: BPEModel) { self.model = model }

  /// Appends a token that covers the bytes up to `end`.
  mutating func append(_ token: TokenID, end: Int) {
    encoding.ids.append(token)
    encoding.ends.append(Int32(end))
  }

  /// Encodes `bytes[range]`, which is not empty.
  mutating func encode(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    let pretoken = UnsafeBufferPointer(rebasing: bytes[range])
    if pretoken.count == 1 {
      append(model.byteTokens[Int(pretoken[0])], end: range.upperBound)
    } else if model.prefersWholePretokens, let token = model.vocabulary.id(of: pretoken) {
      append(token, end: range.upperBound)
    } else if pretoken.count <= Self.longestScan {
      encodeShort(pretoken, at: range.lowerBound)
    } else {
      encodeLong(pretoken, at: range.lowerBound)
    }
  }

  /// The scan's arrays, kept between pretokens.
  private struct ScanState {
    var tokens: [TokenID] = []
    /// Where each token ends in the pretoken.
    var ends: [Int32] = []
    /// The merge of each token with its right neighbour; `none` where they do not join.
    var merges: [Candidate] = []

    struct Candidate {
      var rank: Int32
      var result: TokenID
      static let none = Candidate(rank: .max, result: 0)
    }
  }

  private func candidate(_ left: TokenID, _ right: TokenID) -> ScanState.Candidate {
    guard let (rank, result) = model.merges.find(left, right) else { return .none }
    return ScanState.Candidate(rank: rank, result: result)
  }

  private mutating func encodeShort(_ pretoken: UnsafeBufferPointer<UInt8>, at start: Int) {
    startScan(pretoken)
    while let index = bestOfScan() { joinInScan(at: index) }
    for (token, end) in zip(scan.tokens, scan.ends) { append(token, end: start + Int(end)) }
  }

  private mutating func startScan(_ pretoken: UnsafeBufferPointer<UInt8>) {
    scan.tokens.removeAll(keepingCapacity: true)
    scan.ends.removeAll(keepingCapacity: true)
    scan.merges.removeAll(keepingCapacity: true)
    for (index, byte) in pretoken.enumerated() {
      let token = model.byteTokens[Int(byte)]
      if let previous = scan.tokens.last { scan.merges.append(candidate(previous, token)) }
      scan.tokens.append(token)
      scan.ends.append(Int32(index + 1))
    }
    scan.merges.append(.none)
  }

  /// The index of the leftmost merge with the lowest rank.
  private func bestOfScan() -> Int? {
    var best = Int32.max
    var index = -1
    for position in scan.merges.indices where scan.merges[position].rank < best {
      best = scan.merges[position].rank
      index = position
    }
    return index >= 0 ? index : nil
  }

  /// Joins token `index` with the one behind it.
  private mutating func joinInScan(at index: Int) {
    scan.tokens[index] = scan.merges[index].result
    scan.tokens.remove(at: index + 1)
    scan.ends.remove(at: index)
    scan.merges.remove(at: index)
    let isLast = index + 1 == scan.tokens.count
    scan.merges[index] =
      isLast ? .none : candidate(scan.tokens[index], scan.tokens[index + 1])
    if index > 0 {
      scan.merges[index - 1] = candidate(scan.tokens[index - 1], scan.tokens[index])
    }
  }

  private mutating func encodeLong(_ pretoken: UnsafeBufferPointer<UInt8>, at start: Int) {
    var chain = MergeChain(pretoken, model: model)
    chain.joinAll()
    chain.forEach { token, end in append(token, end: start + end) }
  }
}
