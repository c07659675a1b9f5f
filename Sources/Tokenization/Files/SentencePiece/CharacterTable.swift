import Artifacts

/// SentencePiece's `precompiled_charsmap`: what sequences of characters are replaced by.
///
/// ```
/// blob     4 bytes: size of the trie | trie: 32-bit units | replacements, each ended by a zero byte
/// unit     bit 31: a value, the offset of a replacement   | bits 30…0
///          else: bits 31…10 offset, bit 9: offset × 256, bit 8: has a value, bits 7…0 label
/// ```
///
/// All numbers are little-endian. The trie is a double array: from a node the byte `b` leads to the
/// unit at `node ^ offset ^ b`, if that unit's label is `b`.
///
/// Source: SentencePiece 0.2, `normalizer.cc`; darts-clone, `darts.h`.
struct CharacterTable: Sendable, Equatable {
  private let units: [UInt32]
  private let replacements: [UInt8]

  /// - Throws: `malformed`.
  init(_ blob: ArraySlice<UInt8>, at location: SourceLocation) throws {
    func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
      bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    let size = Int(number(blob.prefix(4)))
    guard blob.count > 4, size % 4 == 0, size > 0, size <= blob.count - 4 else {
      throw AksharaError(
        .malformed, "`normalizer_spec.precompiled_charsmap` is cut", at: location,
        remedy: "get the file again")
    }
    let trie = blob.dropFirst(4).prefix(size)
    units = stride(from: trie.startIndex, to: trie.endIndex, by: 4).map {
      number(trie[$0..<$0 + 4])
    }
    replacements = Array(blob.dropFirst(4 + size))
  }

  /// The longest rule that `text` begins with at `start`: where it ends, and what it gives.
  func longestMatch(
    in text: UnsafeBufferPointer<UInt8>, at start: Int
  ) -> (end: Int, replacement: ArraySlice<UInt8>)? {
    var node = 0
    var found: (Int, ArraySlice<UInt8>)?
    guard let root = unit(0) else { return nil }
    node ^= Self.offset(root)
    for position in start..<text.count {
      node ^= Int(text[position])
      guard let unit = unit(node), unit & 0x8000_00FF == UInt32(text[position]) else { break }
      node ^= Self.offset(unit)
      if unit >> 8 & 1 == 1, let value = self.unit(node) {
        found = (position + 1, replacement(at: Int(value & 0x7FFF_FFFF)))
      }
    }
    return found
  }

  private func unit(_ index: Int) -> UInt32? {
    units.indices.contains(index) ? units[index] : nil
  }

  private static func offset(_ unit: UInt32) -> Int {
    Int((unit >> 10) << ((unit & (1 << 9)) >> 6))
  }

  /// The bytes up to the next zero.
  private func replacement(at offset: Int) -> ArraySlice<UInt8> {
    guard offset < replacements.count else { return [] }
    return replacements[offset...].prefix { $0 != 0 }
  }
}
