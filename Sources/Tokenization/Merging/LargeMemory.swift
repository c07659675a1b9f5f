internal import CTextKernels

/// Some MiB that are zero at first, in huge pages where the system gives them: tables that are asked
/// at random, and files that are read as a whole.
///
/// One page fault for 2 MiB rather than 512, which took a quarter of the time that a tokenizer takes
/// to load; and to look something up the processor finds its page in its own table.
final class LargeMemory: @unchecked Sendable {
  // Owned. Whoever made it says who may change it.
  let bytes: UnsafeMutableRawBufferPointer

  /// `byteCount` zero bytes, at least one, aligned to a page.
  init(byteCount: Int) {
    let size = max(byteCount, 1)
    guard let memory = ctext_memory_new(size) else {
      // As Swift's own allocators do where there is no memory.
      preconditionFailure("no memory for \(size) bytes")
    }
    bytes = UnsafeMutableRawBufferPointer(start: memory, count: byteCount)
  }

  deinit { ctext_memory_free(bytes.baseAddress, max(bytes.count, 1)) }

  /// The same memory as room for `count` elements, which zero bytes are valid for.
  func elements<Element: BitwiseCopyable>(
    of type: Element.Type, count: Int
  ) -> UnsafeMutableBufferPointer<Element> {
    precondition(count * MemoryLayout<Element>.stride <= bytes.count)
    return UnsafeMutableBufferPointer(rebasing: bytes.bindMemory(to: type)[..<count])
  }
}
