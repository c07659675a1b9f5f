/// A block of lines on its way through a `TokenStream`, and the memory for it, which is used again.
final class BlockWork: @unchecked Sendable {
  // One thread has it at a time: the reader, then one that works, then the writer.
  private(set) var input: [UInt8] = []
  private(set) var firstLine = 1
  let tokens = TokenBuffer(keepsEnds: true)
  let ids = TokenBuffer()
  var output = ByteOutput()
  /// What is wrong with the first line that could not be worked on.
  var fault: TokenLine.Fault?

  /// The old input's memory.
  func takeInput() -> [UInt8] {
    defer { input = [] }
    return input
  }

  /// Begins with a new block.
  func restart(_ block: DocumentReader.Block) {
    input = block.bytes
    firstLine = block.firstLine
    output.removeAll()
    fault = nil
  }

  /// Calls `body` with each line, without its line feed, until it returns false.
  func forEachLine(_ body: (UnsafeBufferPointer<UInt8>) -> Bool) {
    input.withUnsafeBufferPointer { bytes in
      var start = 0
      while start < bytes.count {
        let end = LineFeed.next(in: bytes, from: start) ?? bytes.count
        guard body(UnsafeBufferPointer(rebasing: bytes[start..<end])) else { return }
        start = end + 1
      }
    }
  }
}
