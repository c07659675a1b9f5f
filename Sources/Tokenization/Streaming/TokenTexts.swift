/// The bytes of every token in one array, so that decoding only copies.
final class TokenTexts: Sendable {
  private let bytes: [UInt8]
  /// `starts[id]..<starts[id + 1]` are the bytes of a token; none for an unused ID.
  private let starts: [Int]

  private let tokenizer: BPETokenizer

  /// The tokens of `tokenizer`.
  init(_ tokenizer: BPETokenizer) {
    self.tokenizer = tokenizer
    var bytes: [UInt8] = []
    var starts = [0]
    starts.reserveCapacity(tokenizer.vocabularyCount + 1)
    for id in 0..<tokenizer.vocabularyCount {
      bytes += tokenizer.bytes(of: TokenID(id)) ?? []
      starts.append(bytes.count)
    }
    self.bytes = bytes
    self.starts = starts
  }

  /// The number of IDs.
  var count: Int { starts.count - 1 }

  /// Appends the bytes that a token, whose ID must be below `count`, adds to a text that has come to
  /// `position`.
  @inline(__always)
  func append(_ id: Int, to output: inout ByteOutput, at position: inout DecodingPosition) {
    guard tokenizer.isSteady(at: position) else {
      return output.append(tokenizer.bytes(of: TokenID(id), at: &position))
    }
    let range = starts[id]..<starts[id + 1]
    bytes.withUnsafeBytes { all in
      output.append(atMost: range.count) { memory in
        memory.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: all[range]).baseAddress
            ?? UnsafeRawPointer(memory), byteCount: range.count)
        return range.count
      }
    }
  }
}
