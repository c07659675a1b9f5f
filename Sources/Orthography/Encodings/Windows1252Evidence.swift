/// What speaks for Windows-1252: letters with accents within words, and symbols.
enum Windows1252Evidence {
  /// Typographic punctuation, currency and other symbols, which stand anywhere.
  private static let symbols: Set<UInt8> = Set(0xA0...0xBF).union([
    0x80, 0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99,
  ])

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
      if symbols.contains(bytes[index]) {
        inWords += 1
      } else if bytes[index] >= 0xC0, isLatin(bytes[index - 1]) || isLatin(bytes[index + 1]) {
        inWords += 1
      }
    }
    guard high > 0 else { return [] }
    // Western text is not full of bytes above ASCII.
    let density = high > sample.count / 3 ? 0.5 : 1
    return [
      EncodingCandidate(
        .windows1252, confidence: 0.85 * density * Double(inWords) / Double(high),
        evidence: "\(inWords) of \(high) bytes above ASCII are letters of words, or symbols")
    ]
  }

  private static func isLatin(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }
}
