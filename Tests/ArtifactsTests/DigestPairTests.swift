import Testing

@testable import Artifacts

@Suite struct DigestPairTests {
  /// Takes the contents in, each cut where `cuts` says, all pieces of a row of `steps` at once.
  private func digests(
    _ first: [[UInt8]], _ second: [[UInt8]], usesKernel: Bool
  ) -> (first: Digest, second: Digest) {
    var pair = DigestPair(usesKernel: usesKernel)
    let (one, other) = (first.flatMap { $0 }, second.flatMap { $0 })
    one.withUnsafeBytes { one in
      other.withUnsafeBytes { other in
        pair.update(pieces(of: one, first.map(\.count)), pieces(of: other, second.map(\.count)))
      }
    }
    return pair.finalize()
  }

  private func pieces(
    of bytes: UnsafeRawBufferPointer, _ lengths: [Int]
  ) -> [UnsafeRawBufferPointer] {
    var start = 0
    return lengths.map { length in
      defer { start += length }
      return UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
    }
  }

  private var hasKernel: Bool { DigestPair.hasKernel }

  /// FIPS 180-4's examples, as NIST publishes them.
  @Test(arguments: [false, true]) func knownDigests(usesKernel: Bool) {
    guard hasKernel || !usesKernel else { return print("skipped: no SHA instructions here") }
    let long = Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
    let found = digests([Array("abc".utf8)], [long], usesKernel: usesKernel)
    #expect(
      found.first.hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      found.second.hexadecimal
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    let empty = digests([], [[]], usesKernel: usesKernel)
    #expect(empty.first == Digest(of: []) && empty.second == Digest(of: []))
  }

  /// Contents of every length up to some blocks, and long ones, in pieces of any size, taken in by more
  /// than one call, against the library.
  @Test(arguments: [false, true]) func areThoseOfTheLibrary(usesKernel: Bool) {
    guard hasKernel || !usesKernel else { return print("skipped: no SHA instructions here") }
    var generator = SplitMix(seed: 31)
    for round in 0..<600 {
      var pair = DigestPair(usesKernel: usesKernel)
      var contents: (first: [UInt8], second: [UInt8]) = ([], [])
      for _ in 0..<1 + generator.next(below: 3) {
        let pieces = (0..<2).map { side in
          (0..<generator.next(below: 5)).map { _ in
            let most = round % 50 == 0 ? 100_000 : [1, 63, 64, 65, 200][generator.next(below: 5)]
            return (0..<generator.next(below: most + 1)).map {
              UInt8(truncatingIfNeeded: $0 ^ side)
            }
          }
        }
        let (one, other) = (pieces[0].flatMap { $0 }, pieces[1].flatMap { $0 })
        one.withUnsafeBytes { one in
          other.withUnsafeBytes { other in
            pair.update(
              self.pieces(of: one, pieces[0].map(\.count)),
              self.pieces(of: other, pieces[1].map(\.count)))
          }
        }
        contents = (contents.first + one, contents.second + other)
      }
      let found = pair.finalize()
      #expect(found.first == Digest(of: contents.first), "round \(round)")
      #expect(found.second == Digest(of: contents.second), "round \(round)")
    }
  }

  /// SplitMix64 (Steele, Lea and Flood 2014).
  private struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(below bound: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
      return Int((value ^ value >> 31) % UInt64(bound))
    }
  }
}
