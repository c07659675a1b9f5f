internal import CDigest

/// The digests of two contents that grow together, such as a data file and the file with what is said of
/// its rows: taken at the same time, they need little more than half of the time that one after the other
/// would.
///
/// A processor without SHA instructions takes them one after the other, with the same result.
package struct DigestPair {
  private var first: BlockDigest
  private var second: BlockDigest
  /// What takes them where the kernel cannot; `nil` where it can.
  private var singly: (first: DigestHasher, second: DigestHasher)?

  /// A pair that has seen nothing.
  package init() { self.init(usesKernel: Self.hasKernel) }

  /// Whether the processor can take two at the same time.
  static let hasKernel = cdigest_is_there() != 0

  /// - Parameter usesKernel: only where `hasKernel`.
  init(usesKernel: Bool) {
    (first, second) = (BlockDigest(), BlockDigest())
    singly = usesKernel ? nil : (DigestHasher(), DigestHasher())
  }

  /// Takes in the next pieces of both contents.
  package mutating func update(
    _ firstPieces: [UnsafeRawBufferPointer], _ secondPieces: [UnsafeRawBufferPointer]
  ) {
    guard singly == nil else {
      for piece in firstPieces { singly?.first.update(piece) }
      for piece in secondPieces { singly?.second.update(piece) }
      return
    }
    var (ones, others) = (Pieces(firstPieces), Pieces(secondPieces))
    while let one = ones.blocks(into: &first), let other = others.blocks(into: &second) {
      let count = min(one.count, other.count) / BlockDigest.blockSize
      first.take(one, second: &second, other, blocks: count)
      ones.drop(count * BlockDigest.blockSize)
      others.drop(count * BlockDigest.blockSize)
    }
    ones.finish(into: &first)
    others.finish(into: &second)
  }

  /// The digests of all that was taken in.
  package func finalize() -> (first: Digest, second: Digest) {
    if let singly { return (singly.first.finalize(), singly.second.finalize()) }
    return (first.finalize(), second.finalize())
  }

  /// Pieces of one content on their way into its digest.
  private struct Pieces {
    private var rest: ArraySlice<UnsafeRawBufferPointer>
    private var piece = UnsafeRawBufferPointer(start: nil, count: 0)

    init(_ pieces: [UnsafeRawBufferPointer]) { rest = pieces[...] }

    /// The next bytes that hold a whole block at least, when all before them are taken; `nil` at the end.
    mutating func blocks(into digest: inout BlockDigest) -> UnsafeRawBufferPointer? {
      while true {
        let filled = digest.fill(from: piece)
        piece = UnsafeRawBufferPointer(rebasing: piece[filled...])
        if piece.count >= BlockDigest.blockSize { return piece }
        guard piece.isEmpty else { continue }
        guard let next = rest.popFirst() else { return nil }
        piece = next
      }
    }

    mutating func drop(_ count: Int) { piece = UnsafeRawBufferPointer(rebasing: piece[count...]) }

    /// Takes all that is left.
    mutating func finish(into digest: inout BlockDigest) {
      while let bytes = blocks(into: &digest) {
        let count = bytes.count / BlockDigest.blockSize
        digest.take(bytes, blocks: count)
        drop(count * BlockDigest.blockSize)
      }
    }
  }
}

/// One SHA-256 in the making, block by block.
///
/// Source: FIPS 180-4, 5 and 6.2.
private struct BlockDigest {
  static let blockSize = Int(CDIGEST_BLOCK)

  private var state: [UInt32] = [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB,
    0x5BE0_CD19,
  ]
  /// The beginning of a block.
  private var begun: [UInt8] = []
  /// The bytes of all whole blocks.
  private var count = 0

  /// Takes bytes into a block that is begun, or begins one with fewer bytes than a block has; returns how
  /// many it took.
  mutating func fill(from bytes: UnsafeRawBufferPointer) -> Int {
    guard !begun.isEmpty || bytes.count < Self.blockSize else { return 0 }
    let taken = min(bytes.count, Self.blockSize - begun.count)
    begun += bytes[..<taken]
    if begun.count == Self.blockSize {
      let block = begun
      begun.removeAll(keepingCapacity: true)
      block.withUnsafeBytes { take($0, blocks: 1) }
    }
    return taken
  }

  /// Takes whole blocks, while none is begun.
  mutating func take(_ bytes: UnsafeRawBufferPointer, blocks: Int) {
    cdigest_one(&state, bytes.baseAddress, blocks)
    count += blocks * Self.blockSize
  }

  /// Takes as many whole blocks into this digest and another.
  mutating func take(
    _ bytes: UnsafeRawBufferPointer, second: inout BlockDigest, _ others: UnsafeRawBufferPointer,
    blocks: Int
  ) {
    cdigest_two(&state, bytes.baseAddress, &second.state, others.baseAddress, blocks)
    count += blocks * Self.blockSize
    second.count += blocks * Self.blockSize
  }

  /// The digest: one bit, zeros, and the number of bits fill the last block.
  consuming func finalize() -> Digest {
    let bits = UInt64(count + begun.count) * 8
    var last = begun + [0x80]
    while last.count % Self.blockSize != Self.blockSize - 8 { last.append(0) }
    withUnsafeBytes(of: bits.bigEndian) { last += $0 }
    last.withUnsafeBytes { take($0, blocks: last.count / Self.blockSize) }
    return Digest(
      bytes: state.flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } })
  }
}
