/// Turns compressed bytes that arrive in pieces into plain ones.
protocol StreamDecoder: AnyObject {
  /// Takes bytes from the front of `input`, which is shortened by what was taken, and writes plain
  /// bytes to `output`.
  ///
  /// - Returns: how many bytes were written; 0 means that more input is needed.
  /// - Throws: `malformed`, without a location.
  func decode(
    _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws -> Int

  /// Whether the input may end here: between two members or frames.
  var isComplete: Bool { get }
}
