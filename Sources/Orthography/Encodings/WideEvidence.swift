/// What speaks for UTF-16 and UTF-32 without a byte order mark: nearly every unit is a character of
/// the scripts at hand.
enum WideEvidence {
  /// A text of Kannada or English read in the wrong byte order has hardly one such character.
  private static let leastFraction = 0.9
  private static let leastUnits = 4

  static func candidates(for sample: ArraySlice<UInt8>) -> [EncodingCandidate] {
    let bytes = Array(sample)
    let readings: [(TextEncoding, width: Int, shifts: [Int])] = [
      (.utf16LittleEndian, 2, [0, 8]), (.utf16BigEndian, 2, [8, 0]),
      (.utf32LittleEndian, 4, [0, 8, 16, 24]), (.utf32BigEndian, 4, [24, 16, 8, 0]),
    ]
    return readings.compactMap { encoding, width, shifts in
      let units = bytes.count / width
      guard units >= leastUnits, bytes.count % width == 0 || sample.count == 1 << 16 else {
        return nil
      }
      var plausible = 0
      for unit in 0..<units {
        var value: UInt32 = 0
        for (index, shift) in shifts.enumerated() {
          value |= UInt32(bytes[unit * width + index]) << UInt32(shift)
        }
        if isPlausible(value) { plausible += 1 }
      }
      let fraction = Double(plausible) / Double(units)
      guard fraction >= leastFraction else { return nil }
      return EncodingCandidate(
        encoding, confidence: fraction * 0.98,
        evidence: "\(plausible) of \(units) units of \(8 * width) bits are likely characters")
    }
  }

  /// ASCII, Latin, the Indic blocks, general punctuation and currency signs.
  private static func isPlausible(_ value: UInt32) -> Bool {
    switch value {
    case 9, 10, 13, 0x20...0x7E, 0xA0...0x24F, 0x900...0xD7F, 0x2000...0x206F, 0x20A0...0x20BF:
      true
    default: false
    }
  }
}
