/// Bytes to be written, appended to memory that is not cleared first and used again.
struct ByteOutput: ~Copyable {
  /// The number of bytes.
  private(set) var count = 0
  // Owned; the first `count` bytes are initialized.
  private var memory: UnsafeMutableRawBufferPointer

  init(capacity: Int = 1 << 16) {
    memory = .allocate(byteCount: capacity, alignment: 64)
  }

  deinit { memory.deallocate() }

  /// The bytes, for as long as `body` runs.
  borrowing func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(UnsafeRawBufferPointer(rebasing: memory[..<count]))
  }

  /// Forgets the bytes, but keeps the memory.
  mutating func removeAll() { count = 0 }

  /// Appends one byte.
  mutating func append(_ byte: UInt8) {
    append(atMost: 1) {
      $0.storeBytes(of: byte, as: UInt8.self)
      return 1
    }
  }

  /// Appends bytes.
  mutating func append(_ bytes: some Collection<UInt8>) {
    append(atMost: bytes.count) { memory in
      UnsafeMutableRawBufferPointer(start: memory, count: bytes.count).copyBytes(from: bytes)
      return bytes.count
    }
  }

  /// Appends what `body` writes to the memory it is given, which has room for `most` bytes and 8
  /// more; it returns how many it wrote.
  @inline(__always)
  mutating func append(atMost most: Int, _ body: (UnsafeMutableRawPointer) -> Int) {
    if count + most + 8 > memory.count { grow(to: count + most + 8) }
    guard let base = memory.baseAddress else { return }
    count += body(base + count)
  }

  private mutating func grow(to least: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(least, memory.count * 2), alignment: 64)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    memory.deallocate()
    memory = larger
  }
}
