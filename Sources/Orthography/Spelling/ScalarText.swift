/// A text as scalars with the bytes at which they begin: what the passes look at.
struct ScalarText {
  let scalars: [UInt32]
  /// One more than scalars: the last is the end of the text.
  let offsets: [Int]

  init(_ bytes: [UInt8]) {
    var scalars: [UInt32] = []
    var offsets = [0]
    scalars.reserveCapacity(bytes.count / 2)
    offsets.reserveCapacity(bytes.count / 2)
    bytes.withUnsafeBufferPointer { text in
      guard let start = text.baseAddress else { return }
      var position = 0
      while position < text.count {
        let character = WellFormedCharacter(start, at: position, length: text.count)
        scalars.append(character.isValid ? character.codePoint : 0xFFFD)
        position += character.length
        offsets.append(position)
      }
    }
    self.scalars = scalars
    self.offsets = offsets
  }

  /// A change of some scalars.
  func edit(_ range: Range<Int>, to replacement: [UInt32]) -> PassEdit {
    var bytes: [UInt8] = []
    for scalar in replacement {
      bytes += UnicodeScalar(scalar).map { Array(String($0).utf8) } ?? []
    }
    return PassEdit(
      range: offsets[range.lowerBound]..<offsets[range.upperBound], replacement: bytes)
  }

  /// The scalar at an index, `nil` outside.
  subscript(index: Int) -> UInt32? { scalars.indices.contains(index) ? scalars[index] : nil }
}
