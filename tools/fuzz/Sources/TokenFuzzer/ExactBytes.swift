/// Bytes in memory that ends where they do, so that the sanitizer sees each byte that is read beside them.
final class ExactBytes {
  let buffer: UnsafeMutableBufferPointer<UInt8>

  init(_ bytes: some Collection<UInt8>) {
    buffer = .allocate(capacity: bytes.count)
    _ = buffer.initialize(from: bytes)
  }

  deinit { buffer.deallocate() }

  /// The bytes, which must not be used longer than this object.
  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(buffer) }
}

/// The text of an input whose first three bytes say what is done with it: it stands so many bytes from
/// where blocks begin, and so many times that it fills several windows.
struct FuzzedText {
  let allowsSpecials: Bool
  let bytes: [UInt8]
  /// A place in the text.
  let place: Int

  init(_ input: UnsafeBufferPointer<UInt8>) {
    guard input.count > 3 else {
      (allowsSpecials, bytes, place) = (false, Array(input), 0)
      return
    }
    let (first, shift) = (input[0], Int(input[1]))
    let text = input[3...]
    let lead = [UInt8](repeating: first & 2 == 0 ? 0x61 : 0x20, count: shift > 200 ? shift & 63 : 0)
    let repeats = [1, 1, 1, 1, 2, 3, 9, 33][Int(first >> 5)]
    allowsSpecials = first & 1 != 0
    bytes = lead + (0..<min(repeats, max(1, 24_000 / text.count))).flatMap { _ in text }
    place = Int(input[2]) * bytes.count / 256
  }
}
