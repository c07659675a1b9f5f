/// Encodes text without added tokens: cuts it into pretokens and turns each into tokens.
///
/// ```
/// text ──scanner──► ends of some 2,000 pretokens ──table──► tokens
///                                                  ↕ not there
///                                                merges ──► tokens, and into the table
/// ```
///
/// The merges in two ways, one result: a short pretoken is scanned (`MergeScan`), a long one has
/// its merges in a queue (`MergeChain`). Both join, until none is left, the pair with the lowest
/// rank, the leftmost of equals, which `ReferenceBPE` says in its plainest form.
///
/// Belongs to one thread at a time; `EncoderPool` hands them out.
final class PretokenEncoder {
  private let model: BPEModel
  /// What cuts text that is encoded where it lies; `nil` if pretokens come one by one.
  private let pretokenizer: Pretokenizer?
  private let scan: MergeScan
  private let table: PieceTable
  // Owned: where the pretokens of a window end.
  private let ends = UnsafeMutableBufferPointer<UInt32>.allocate(
    capacity: PretokenScanner.bestRoom)

  init(_ model: BPEModel, _ pretokenizer: Pretokenizer?, table: PieceTable) {
    self.model = model
    self.pretokenizer = pretokenizer
    self.table = table
    scan = MergeScan(model)
    if model.prefersWholePretokens { rememberTokens() }
    table.ask(Self.missing, context: Unmanaged.passUnretained(self).toOpaque())
  }

  /// What the table asks for short pieces; the context is the encoder that owns the table.
  private static let missing: PieceTable.Missing = { encoder, piece, count, ids in
    guard let encoder, let ids else { return 0 }
    return Unmanaged<PretokenEncoder>.fromOpaque(encoder)._withUnsafeGuaranteedRef {
      $0.mergeShort(UnsafeBufferPointer(start: piece, count: count), into: ids)
    }
  }

  /// Where a pretoken that is a token becomes that token, the lowest IDs, which are the most frequent
  /// tokens, go into the table at once.
  private func rememberTokens() {
    model.vocabulary.forEachRising(Self.remembered, announce: table.prefetch) { id, bytes in
      withUnsafePointer(to: id) { table.insert(bytes, $0, count: 1) }
    }
  }

  /// With all tokens of Llama 3 a start took 15 ms more, and texts were 2 % slower for tokens that they
  /// do not have; with none the first 16 MB of English or code 5 ms more.
  private static let remembered = 1 << 15

  deinit { ends.deallocate() }

  /// Appends the tokens of `text` to `buffer`.
  ///
  /// - Parameter offset: where the text begins in what the buffer's ends count from.
  func encode(_ text: UnsafeBufferPointer<UInt8>, offset: Int, into buffer: TokenBuffer) {
    guard let pretokenizer else { return }
    var scanner = PretokenScanner(text, pretokenizer)
    var run = Run(offset: offset, first: buffer.count)
    while case let count = scanner.next(ends), count > 0 {
      encode(text, UnsafeBufferPointer(rebasing: ends[..<count]), &run, into: buffer)
    }
    run.fillEnds(of: buffer, model)
  }

  /// Appends the tokens of the texts of a batch to `buffer`, which keeps no ends, and says where its
  /// marks are. Each text is cut by itself, but the pieces of many are looked up in one go:
  ///
  /// ```
  /// texts   \n\nHello, world│hello│…
  /// ends    2 7 8 14 │ 19 │ …        a window of some thousand, then the lookup
  /// ```
  ///
  /// Only for patterns that leave no text out.
  func encode(_ batch: TextBatch, into buffer: TokenBuffer, places: inout [Int32]) {
    guard let pretokenizer else { return }
    let first = buffer.count
    var run = Run(offset: 0, first: first)
    batch.bytes.withUnsafeBufferPointer { bytes in
      var (start, filled) = (0, 0)
      func flush() {
        encode(bytes, UnsafeBufferPointer(rebasing: ends[..<filled]), &run, into: buffer)
        filled = 0
      }
      for end in batch.ends {
        var scanner = PretokenScanner(
          UnsafeBufferPointer(rebasing: bytes[start..<Int(end)]), pretokenizer)
        while case let count = scanner.next(.init(rebasing: ends[filled...])), count > 0 {
          for index in filled..<filled + count { ends[index] += UInt32(start) }
          filled += count
          if ends.count - filled < Self.leastRoom { flush() }
        }
        start = Int(end)
      }
      if filled > 0 { flush() }
    }
    buffer.findPlaces(of: batch.marks, from: first, lengths: model.lengths, into: &places)
  }

  /// With less room than this for the ends of a text the scanner would take smaller bites.
  private static let leastRoom = PretokenScanner.bestRoom / 4

  /// Where the encoder is: tokens whose ends are still to be filled in follow one another without
  /// a gap in the text.
  private struct Run {
    /// Where the text begins in what ends count from.
    let offset: Int
    /// The first token without an end, and where it begins in the text.
    var first: Int
    var begin = 0
    /// Where the next pretoken begins.
    var start: UInt32 = 0

    func fillEnds(of buffer: TokenBuffer, _ model: BPEModel) {
      buffer.fillEnds(from: first, start: offset + begin, lengths: model.lengths)
    }
  }

  /// Encodes the pieces of a window.
  private func encode(
    _ text: UnsafeBufferPointer<UInt8>, _ ends: UnsafeBufferPointer<UInt32>, _ run: inout Run,
    into buffer: TokenBuffer
  ) {
    var rest = ends
    while true {
      let done = table.encode(text, from: run.start, ends: rest, into: buffer)
      if done > 0 { run.start = rest[done - 1] }
      guard done < rest.count else { return }
      let end = rest[done] & ~PretokenScanner.removed
      if rest[done] == end {
        merge(UnsafeBufferPointer(rebasing: text[Int(run.start)..<Int(end)]), into: buffer)
      } else {  // text that belongs to no pretoken
        run.fillEnds(of: buffer, model)
        (run.first, run.begin) = (buffer.count, Int(end))
      }
      run.start = end
      rest = UnsafeBufferPointer(rebasing: rest[(done + 1)...])
    }
  }

  /// Appends the tokens of one pretoken, which does not lie in the input.
  func encode(_ pretoken: AlignedText, into buffer: TokenBuffer) {
    let first = buffer.count
    pretoken.withBytes { bytes in
      ends[0] = UInt32(bytes.count)
      let done = table.encode(
        bytes, from: 0, ends: UnsafeBufferPointer(rebasing: ends[..<1]), into: buffer)
      if done == 0 { merge(bytes, into: buffer) }
    }
    buffer.fillEnds(from: first, start: 0, lengths: model.lengths)
    buffer.moveEnds(from: first, to: pretoken.ends)
  }

  /// Encodes a pretoken that the table does not hold, and puts it in.
  func merge(_ pretoken: UnsafeBufferPointer<UInt8>, into buffer: TokenBuffer) {
    buffer.reserve(pretoken.count)
    if pretoken.count <= MergeScan.capacity {
      buffer.count += mergeShort(pretoken, into: buffer.next)
      return
    }
    let first = buffer.count
    if let token = model.wholeToken(pretoken) {
      buffer.next[0] = token
      buffer.count += 1
    } else {
      var chain = MergeChain(pretoken, model: model)
      chain.joinAll()
      chain.forEach { token, _ in
        buffer.next[0] = token
        buffer.count += 1
      }
    }
    let count = buffer.count - first
    table.insert(pretoken, buffer.next - count, count: count)
  }

  /// Encodes a pretoken of at most `MergeScan.capacity` bytes, and puts it into the table.
  ///
  /// - Parameter ids: has room for a token a byte.
  /// - Returns: the number of tokens.
  private func mergeShort(
    _ pretoken: UnsafeBufferPointer<UInt8>, into ids: UnsafeMutablePointer<TokenID>
  ) -> Int {
    var count = 1
    if let token = model.wholeToken(pretoken) {
      ids[0] = token
    } else {
      count = scan.encode(pretoken, into: ids)
    }
    table.insert(pretoken, ids, count: count)
    return count
  }
}
