/// What turns the bytes of one pretoken into tokens. Immutable; safe to share between threads.
final class BPEModel: @unchecked Sendable {
  /// The tokens.
  let vocabulary: Vocabulary
  /// The merges, by pair.
  let merges: MergeTable
  /// Whether a pretoken that is a token as a whole becomes that token, whatever the merges say
  /// (`ignore_merges`; always so in tiktoken).
  let prefersWholePretokens: Bool
  /// The number of bytes of each token, by ID; 0 for an unused one.
  let lengths: UnsafePointer<UInt32>

  /// The merge of two single bytes; a rank of `Int32.max` where they do not join.
  struct BytePair {
    var rank: Int32 = .max
    var result: TokenID = 0
  }

  // Owned and, after `init`, immutable: `lengths`, the token of each single byte, and the merges of
  // all pairs of bytes, 512 KiB of which a text uses a few. Half of all questions about merges are
  // about single bytes, and these need no hash.
  private let lengthMemory: UnsafeMutablePointer<UInt32>
  private let byteTokens: UnsafeMutablePointer<TokenID>
  private let bytePairs: UnsafeMutablePointer<BytePair>
  /// The hashes of all tokens' bytes.
  private let wholeTokens: HashFilter

  /// A model; `nil` if the vocabulary lacks a single byte. Every byte has a token: nothing is
  /// unknown.
  init?(vocabulary: Vocabulary, merges: [Merge], prefersWholePretokens: Bool) {
    let tokens = (UInt8.min...UInt8.max).compactMap { vocabulary.id(of: [$0]) }
    guard tokens.count == 256 else { return nil }
    byteTokens = .allocate(capacity: 256)
    byteTokens.initialize(from: tokens, count: 256)
    let lengths = UnsafeMutablePointer<UInt32>.allocate(capacity: vocabulary.endID)
    let wholeTokens = HashFilter(count: vocabulary.count)
    lengths.initialize(repeating: 0, count: vocabulary.endID)
    vocabulary.forEach { id, bytes in
      lengths[Int(id)] = UInt32(bytes.count)
      wholeTokens.insert(Self.hash(bytes))
    }
    lengthMemory = lengths
    self.lengths = UnsafePointer(lengths)
    self.wholeTokens = wholeTokens
    self.vocabulary = vocabulary
    let table = MergeTable(merges)
    self.merges = table
    bytePairs = .allocate(capacity: 1 << 16)
    for pair in 0..<1 << 16 {
      let merge = table.find(tokens[pair >> 8], tokens[pair & 0xFF])
      (bytePairs + pair).initialize(
        to: merge.map { BytePair(rank: $0.rank, result: $0.result) } ?? BytePair())
    }
    self.prefersWholePretokens = prefersWholePretokens
  }

  deinit {
    byteTokens.deallocate()
    lengthMemory.deallocate()
    bytePairs.deallocate()
  }

  /// The token of a single byte.
  @inline(__always)
  func byteToken(_ byte: UInt8) -> TokenID { byteTokens[Int(byte)] }

  /// The merge of two single bytes.
  @inline(__always)
  func bytePair(_ left: UInt8, _ right: UInt8) -> BytePair {
    bytePairs[Int(left) << 8 | Int(right)]
  }

  /// The token that `pretoken` becomes as a whole, if the model prefers that and there is one.
  func wholeToken(_ pretoken: UnsafeBufferPointer<UInt8>) -> TokenID? {
    guard prefersWholePretokens, wholeTokens.mayContain(Self.hash(pretoken)) else { return nil }
    return vocabulary.id(of: pretoken)
  }

  /// The length, the first and the last eight bytes, mixed; what is between does not count.
  @inline(__always)
  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let raw = UnsafeRawBufferPointer(bytes)
    var head: UInt64 = 0
    var tail: UInt64 = 0
    if raw.count >= 8 {
      head = raw.loadUnaligned(as: UInt64.self)
      tail = raw.loadUnaligned(fromByteOffset: raw.count - 8, as: UInt64.self)
    } else {
      for byte in bytes { head = head << 8 | UInt64(byte) }
    }
    let mixed = (head ^ UInt64(raw.count)) &* 0x9E37_79B9_7F4A_7C15
    let hash = (mixed ^ mixed >> 32 ^ tail) &* 0xC2B2_AE3D_27D4_EB4F
    return hash >> 32
  }
}
