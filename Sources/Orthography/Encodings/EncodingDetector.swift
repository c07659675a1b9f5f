/// Finds out how bytes stand for text.
///
/// ```swift
/// EncodingDetector().candidates(for: bytes)
/// // windows-1252 0.85 "12 of 12 bytes above ASCII stand in words", nudi 0.31 "…"
/// ```
///
/// It looks at 64 KiB, beginning shortly before the first byte above ASCII. Every candidate says what
/// speaks for it; nothing is decided here. `DecodedText` takes the best one and says how sure that is.
public struct EncodingDetector: Sendable {
  private static let sampleLength = 1 << 16
  /// How many characters are looked at for what is written in them.
  private static let layerLength = 1 << 14
  /// How much ASCII before the first byte above it is looked at.
  private static let lead = 1 << 10

  /// A detector.
  public init() {}

  /// The encodings that the bytes may have, the surest first; never empty.
  public func candidates(for bytes: [UInt8]) -> [EncodingCandidate] {
    if let marked = Self.marked(bytes) { return [marked] }
    let sample = Self.sample(of: bytes)
    let utf8 = UTF8Evidence(sample, isCut: sample.endIndex < bytes.endIndex)
    var candidates = WideEvidence.candidates(for: sample)
    if utf8.isText {
      let head = String(decoding: sample, as: UTF8.self).unicodeScalars.prefix(Self.layerLength)
      let layers = Self.layers(of: Array(head))
      // A text that is doubly encoded, or in glyph codes, is well-formed UTF-8 as well.
      let rest = 1 - (layers.map(\.confidence).max() ?? 0)
      candidates += layers
      candidates.append(utf8.candidate(atMost: rest))
    } else {
      let scalars = Windows1252Evidence.scalars(sample)
      candidates += ISCIIEvidence.candidates(for: sample)
      candidates += NudiEvidence.candidates(for: scalars)
      candidates += Windows1252Evidence.candidates(for: sample, scalars)
      candidates.append(utf8.candidate(atMost: 1))
    }
    return Self.ranked(candidates)
  }

  /// What may be written in characters of Western languages.
  private static func layers(of scalars: [UnicodeScalar]) -> [EncodingCandidate] {
    guard scalars.contains(where: isWestern) else { return [] }
    let doubled = DoubleEncodingEvidence.candidates(for: scalars)
    let glyphs = NudiEvidence.candidates(for: scalars)
    // The bytes of UTF-8 look like glyphs, and some pairs of glyphs like the bytes of UTF-8: the
    // surer reading leaves the other one only the rest.
    guard let first = doubled.first, let second = glyphs.first else { return doubled + glyphs }
    let isDoubled = first.confidence >= DoubleEncodingEvidence.leastOfIndic
    let surer = isDoubled ? first : second
    let other = isDoubled ? second : first
    return [
      surer,
      EncodingCandidate(
        other.encoding, confidence: min(other.confidence, 1 - surer.confidence),
        evidence: other.evidence),
    ]
  }

  /// Neither ASCII, nor a no-break space, nor Indic, nor punctuation of any text.
  private static func isWestern(_ scalar: UnicodeScalar) -> Bool {
    switch scalar.value {
    case 0..<0x80, 0xA0, 0x900...0xDFF, 0x200B...0x200F, 0x2010...0x201F, 0x2026, 0x20B9: false
    default: true
    }
  }

  /// The surest first, equal ones in the order of `TextEncoding`.
  private static func ranked(_ candidates: [EncodingCandidate]) -> [EncodingCandidate] {
    let order = TextEncoding.allCases
    return candidates.sorted { left, right in
      if left.confidence != right.confidence { return left.confidence > right.confidence }
      return (order.firstIndex(of: left.encoding) ?? 0)
        < (order.firstIndex(of: right.encoding) ?? 0)
    }
  }

  private static func sample(of bytes: [UInt8]) -> ArraySlice<UInt8> {
    let mark = TextEncoding.utf8.byteOrderMark
    let text = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    let first = UTF8Validity.firstAboveASCII(in: text) ?? text.startIndex
    // A multiple of four, for the sake of UTF-16 and UTF-32.
    let skipped = max(0, first - text.startIndex - lead) & ~3
    return text.dropFirst(skipped).prefix(sampleLength)
  }

  /// A text that says itself what it is. A mark of UTF-8 may stand before any text of that
  /// carrier, so it leaves double encoding and glyph codes open.
  private static func marked(_ bytes: [UInt8]) -> EncodingCandidate? {
    // UTF-32 first: its mark begins with that of UTF-16.
    for encoding in [
      TextEncoding.utf32LittleEndian, .utf32BigEndian, .utf16LittleEndian, .utf16BigEndian,
    ] where bytes.starts(with: encoding.byteOrderMark) {
      let unit = encoding.byteOrderMark.count
      guard bytes.count % unit == 0 || unit == 2 else { continue }
      return EncodingCandidate(encoding, confidence: 1, evidence: "it has a byte order mark")
    }
    return nil
  }
}
