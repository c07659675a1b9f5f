/// One line of glyph codes or of doubly encoded text.
struct EncodedLine {
  /// The line's characters, and the byte at which each begins.
  private let scalars: [UnicodeScalar]
  private let offsets: [Int]
  private let bytes: ArraySlice<UInt8>

  /// A line as text, and what had no place in it.
  typealias Reading = (text: [UInt8], faults: [DecodingFault])

  /// - Parameter bytes: UTF-8; a line that is not is read as Windows-1252.
  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    if UTF8Validity.firstFault(in: bytes) == nil {
      scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
      var offset = 0
      offsets = scalars.map { scalar in
        defer { offset += UTF8.width(scalar) }
        return offset
      }
    } else {
      scalars = Windows1252Evidence.scalars(bytes)
      offsets = Array(scalars.indices)
    }
  }

  /// The line read as glyph codes of Nudi and Baraha.
  var glyphs: Reading {
    let decoded = NudiDecoder.decode(scalars, .glyphWords)
    return (Array(decoded.text.utf8), decoded.misplaced.map(fault))
  }

  /// The line with double encoding taken back.
  var repaired: Reading {
    guard let best = DoubleEncoding.best(scalars)?.result else {
      return (Array(text(scalars).utf8), [])
    }
    let left = best.left.filter { isDamage(scalars[$0]) }
    return (Array(text(best.scalars).utf8), (best.lost + left).sorted().map(fault))
  }

  /// Whether a character that was left cannot be meant as it is.
  private func isDamage(_ scalar: UnicodeScalar) -> Bool {
    scalar == "\u{FFFD}" || (0x80...0x9F).contains(scalar.value)
  }

  private func text(_ scalars: [UnicodeScalar]) -> String {
    String(String.UnicodeScalarView(scalars))
  }

  private func fault(_ place: Int) -> DecodingFault {
    let start = bytes.startIndex + offsets[place]
    let end = place + 1 < offsets.count ? bytes.startIndex + offsets[place + 1] : bytes.endIndex
    return DecodingFault(offset: offsets[place], bytes: Array(bytes[start..<min(end, start + 4)]))
  }
}
