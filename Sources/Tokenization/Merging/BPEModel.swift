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

  // Owned and, after `init`, immutable: `lengths`, and the token of each single byte.
  private let lengthMemory: UnsafeMutablePointer<UInt32>
  private let byteTokens: UnsafeMutablePointer<TokenID>

  /// A model; `nil` if the vocabulary lacks a single byte. Every byte has a token: nothing is
  /// unknown.
  init?(vocabulary: Vocabulary, merges: [Merge], prefersWholePretokens: Bool) {
    let tokens = (UInt8.min...UInt8.max).compactMap { vocabulary.id(of: [$0]) }
    guard tokens.count == 256 else { return nil }
    byteTokens = .allocate(capacity: 256)
    byteTokens.initialize(from: tokens, count: 256)
    lengthMemory = .allocate(capacity: vocabulary.endID)
    for id in 0..<vocabulary.endID {
      (lengthMemory + id).initialize(
        to: UInt32(vocabulary.bytes(of: TokenID(id))?.count ?? 0))
    }
    lengths = UnsafePointer(lengthMemory)
    self.vocabulary = vocabulary
    self.merges = MergeTable(merges)
    self.prefersWholePretokens = prefersWholePretokens
  }

  deinit {
    byteTokens.deallocate()
    lengthMemory.deallocate()
  }

  /// The token of a single byte.
  @inline(__always)
  func byteToken(_ byte: UInt8) -> TokenID { byteTokens[Int(byte)] }

  /// The token that `pretoken` becomes as a whole, if the model prefers that and there is one.
  func wholeToken(_ pretoken: UnsafeBufferPointer<UInt8>) -> TokenID? {
    prefersWholePretokens ? vocabulary.id(of: pretoken) : nil
  }
}
