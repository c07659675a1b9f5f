/// Encodes pretokens one after another and collects their tokens.
///
/// Three ways, one result: a pretoken that is a token as a whole is looked up; another short one is
/// scanned (`MergeScan`); a long one has its merges in a heap (`MergeChain`), so that ten million
/// bytes without a space take n log n steps. All join, until none is left, the pair with the lowest
/// rank, the leftmost of equals, which `ReferenceBPE` says in its plainest form.
struct PretokenEncoder {
  private let model: BPEModel
  private let scan: MergeScan
  /// What has been encoded so far.
  private(set) var encoding = Encoding()

  init(_ model: BPEModel) {
    self.model = model
    scan = MergeScan(model)
  }

  /// Appends a token that covers the bytes up to `end`.
  mutating func append(_ token: TokenID, end: Int) {
    encoding.ids.append(token)
    encoding.ends.append(Int32(end))
  }

  /// Encodes `bytes[range]`, which is not empty.
  mutating func encode(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    let pretoken = UnsafeBufferPointer(rebasing: bytes[range])
    let start = range.lowerBound
    if pretoken.count == 1 {
      append(model.byteTokens[Int(pretoken[0])], end: range.upperBound)
    } else if let token = model.wholeToken(pretoken) {
      append(token, end: range.upperBound)
    } else if pretoken.count <= MergeScan.capacity {
      scan.encode(pretoken) { token, end in append(token, end: start + end) }
    } else {
      var chain = MergeChain(pretoken, model: model)
      chain.joinAll()
      chain.forEach { token, end in append(token, end: start + end) }
    }
  }
}
