/// What speaks for Windows-1252: letters with accents within words, typographic quotes at their ends.
enum Windows1252Evidence {
  /// Typographic punctuation, currency and the like, which stand anywhere.
  private static let punctuation: Set<UInt8> = [
    0x80, 0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99, 0xA0, 0xA3, 0xA7, 0xA9, 0xAB, 0xAE,
    0xB0, 0xB2, 0xB3, 0xB7, 0xBB, 0xBD,
  ]

  static func scalars(_ sample: ArraySlice<UInt8>) -> [UnicodeScalar] {
    var text: [UInt8] = []
    var faults = DecodingFaults()
    CharsetConverter("windows-1252")?.decode(sample, isLast: true, to: &text, &faults)
    return Array(String(decoding: text, as: UTF8.self).unicodeScalars)
  }

  static func candidates(
    for sample: ArraySlice<UInt8>, _ scalars: [UnicodeScalar]
  ) -> [EncodingCandidate] {
    let bytes = [0x20] + sample + [0x20]
    var high = 0
    var inWords = 0
    for index in bytes.indices.dropFirst().dropLast() where bytes[index] >= 0x80 {
      high += 1
      if punctuation.contains(bytes[index]) {
        inWords += 1
      } else if bytes[index] >= 0xC0, isLatin(bytes[index - 1]) || isLatin(bytes[index + 1]) {
        inWords += 1
      }
    }
    guard high > 0, high < sample.count / 3 else { return [] }
    return [
      EncodingCandidate(
        .windows1252, confidence: 0.85 * Double(inWords) / Double(high),
        evidence: "\(inWords) of \(high) bytes above ASCII are letters of words, or punctuation")
    ]
  }

  private static func isLatin(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }
}
