/// How much frequent words are preferred: a hash table of 16-bit fingerprints, so that a word that is
/// not in it is taken for one that is about once in ten thousand times.
struct WordBonusTable: Sendable {
  private let fingerprints: [UInt16]
  private let bonuses: [UInt8]

  /// Reads a table of `slots` places, a power of two.
  init?(_ reader: inout ModelReader, slots: Int) {
    guard slots.nonzeroBitCount == 1,
      let fingerprints = reader.column(UInt16.self, slots), fingerprints.contains(0),
      let bonuses = reader.column(UInt8.self, slots)
    else { return nil }
    self.fingerprints = fingerprints
    self.bonuses = bonuses
  }

  /// The bonus of a word in UTF-8, in steps; 0 for a word that is not known.
  func bonus(of word: [UInt8]) -> Int32 {
    // Source: Fowler, Noll, Vo; FNV-1a, 32 bits.
    let hash = word.reduce(UInt32(0x811C_9DC5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    let fingerprint = max(1, UInt16(hash >> 16))
    let mask = fingerprints.count - 1
    var slot = Int(hash) & mask
    // An empty place ends the search; the table has one.
    while fingerprints[slot] != 0 {
      if fingerprints[slot] == fingerprint { return Int32(bonuses[slot]) }
      slot = (slot + 1) & mask
    }
    return 0
  }
}
