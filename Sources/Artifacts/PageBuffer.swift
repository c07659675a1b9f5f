/// Bytes that wait to be written, in memory that begins where a page does: direct writing asks for that.
///
/// Not safe to share between threads.
final class PageBuffer {
  /// What direct writing wants addresses, places and sizes to be multiples of. Disks have sectors of 512
  /// or 4,096 bytes.
  static let pageSize = 4_096
  /// How many bytes it holds: a multiple of `pageSize`, and enough for a disk to be busy.
  static let size = 1 << 20

  private let memory = UnsafeMutableRawBufferPointer.allocate(
    byteCount: size, alignment: pageSize)
  private var count = 0

  deinit { memory.deallocate() }

  /// What it holds; valid until it is changed.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

  /// Whether what it holds ends where a page does.
  var holdsWholePages: Bool { count % Self.pageSize == 0 }

  /// Whether no byte more goes in.
  var isFull: Bool { count == Self.size }

  /// Takes in as many bytes as fit, and returns the rest.
  func fill(from bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let taken = min(bytes.count, Self.size - count)
    UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + taken])
      .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<taken]))
    count += taken
    return UnsafeRawBufferPointer(rebasing: bytes[taken...])
  }

  /// How many bytes at the front are whole pages that begin where one does; 0 if they begin elsewhere.
  static func wholePages(of bytes: UnsafeRawBufferPointer) -> Int {
    guard Int(bitPattern: bytes.baseAddress) % pageSize == 0 else { return 0 }
    return bytes.count / pageSize * pageSize
  }

  /// Makes it empty.
  func removeAll() { count = 0 }
}
