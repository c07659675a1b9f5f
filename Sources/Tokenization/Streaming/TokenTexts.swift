/// The bytes of every token in one array, so that decoding only copies.
final class TokenTexts: Sendable {
  private let bytes: [UInt8]
  /// `starts[id]..<starts[id + 1]` are the bytes of a token; none for an unused ID.
  private let starts: [Int]

  /// The tokens of `tokenizer`.
  init(_ tokenizer: some Tokenizer) {
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

  /// Appends the bytes of a token, whose ID must be below `count`.
  @inline(__always)
  func append(_ id: Int, to output: inout ByteOutput) {
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
