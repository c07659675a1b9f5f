/// Places of code points, which Python counts where these texts count bytes.
extension Text {
  /// Whether all bytes are ASCII, so that bytes are code points.
  var isASCII: Bool { withBytes { $0.allSatisfy { $0 < 0x80 } } }

  /// How many code points it has: Python's `len`.
  var characterCount: Int {
    withBytes { $0.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) } }
  }

  /// The offset of each code point's first byte, and the text's end.
  var characterOffsets: [Int] {
    withBytes { bytes in bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 } + [bytes.count] }
  }

  /// The code points as texts.
  var characters: [Text] {
    let offsets = characterOffsets
    return zip(offsets, offsets.dropFirst()).map { slice($0..<$1) }
  }

  /// The code points as numbers.
  var scalars: [Unicode.Scalar] {
    withBytes { Array(String(decoding: $0, as: UTF8.self).unicodeScalars) }
  }

  /// Python's `text[start:stop:step]`.
  func slice(_ slice: PythonSlice) -> Text {
    let ascii = isASCII
    let offsets = ascii ? [] : characterOffsets
    func offset(_ index: Int) -> Int { ascii ? index : offsets[index] }
    let count = ascii ? self.count : offsets.count - 1
    if slice.step == 1 {
      let range = slice.range(count: count)
      return self.slice(offset(range.lowerBound)..<offset(range.upperBound))
    }
    var builder = TextBuilder()
    for index in slice.indices(count: count) {
      builder.append(self.slice(offset(index)..<offset(index + 1)))
    }
    return builder.isEmpty ? self.slice(0..<0) : builder.text
  }
}
