internal import Foundation

/// A safetensors file, mapped into memory: opening it reads and checks the header alone.
///
/// ```swift
/// let file = try SafetensorsFile("model.safetensors")
/// try file.withBytes(of: "model.norm.weight") { backend.upload($0, to: weight) }
/// ```
///
/// The file must not be changed while it is open: reading a mapped page that has been cut off ends
/// the process.
public final class SafetensorsFile: Sendable {
  /// The path as it was given.
  public let path: String
  /// What the header says about each tensor.
  public let tensors: [String: SafetensorsEntry]
  /// The free text of the writer, such as `format`: `pt`.
  public let metadata: [String: String]

  private nonisolated(unsafe) let base: UnsafeMutableRawPointer
  private let size: Int
  private let dataStart: Int

  /// Opens and checks a file.
  ///
  /// - Throws: `missingFile`, `unreadable`, `malformed` (with what is wrong in the header), or
  ///   `unsupported` for a dtype that is not known.
  public init(_ path: String) throws {
    self.path = path
    let location = SourceLocation(file: path)
    (base, size) = try Self.map(path)
    do {
      let bytes = UnsafeRawBufferPointer(start: base, count: size)
      let length = try Self.headerLength(bytes, at: location)
      dataStart = SafetensorsFormat.lengthSize + length
      let header = try SafetensorsHeader(
        parsing: UnsafeRawBufferPointer(rebasing: bytes[SafetensorsFormat.lengthSize..<dataStart]),
        dataSize: size - dataStart, at: location)
      (tensors, metadata) = (header.tensors, header.metadata)
    } catch {
      munmap(base, size)
      throw error
    }
  }

  deinit { munmap(base, size) }

  /// The names of all tensors, sorted by their bytes.
  public var names: [String] {
    tensors.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The entry of a tensor that must be there.
  ///
  /// - Throws: `malformed`, naming the tensor.
  public func entry(_ name: String) throws -> SafetensorsEntry {
    guard let entry = tensors[name] else {
      throw AksharaError(
        .malformed, "there is no tensor `\(name)` in the file", at: SourceLocation(file: path))
    }
    return entry
  }

  /// Hands the bytes of a tensor to `body`: little-endian, row-major, not necessarily aligned.
  ///
  /// - Throws: `malformed` if there is no such tensor, and what `body` throws.
  public func withBytes<Result>(
    of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    let range = try entry(name).bytes
    return try body(
      UnsafeRawBufferPointer(start: base + dataStart + range.lowerBound, count: range.count))
  }

  /// Hands the bytes of a tensor to `body` piece by piece, each with its offset in the tensor, and gives
  /// the memory of each piece back behind it: reading a tensor of any size takes that of one piece.
  ///
  /// - Parameters:
  ///   - most: the bytes of a piece; a multiple of every element's size.
  /// - Throws: `malformed` if there is no such tensor, and what `body` throws.
  public func forEachPiece(
    of name: String, atMost most: Int = 4 << 20,
    _ body: (UnsafeRawBufferPointer, _ offset: Int) throws -> Void
  ) throws {
    let whole = try entry(name).bytes
    for start in stride(from: 0, to: whole.count, by: most) {
      let range = whole.lowerBound + start..<whole.lowerBound + min(start + most, whole.count)
      defer { releasePages(range) }
      try body(
        UnsafeRawBufferPointer(start: base + dataStart + range.lowerBound, count: range.count),
        start)
    }
  }

  /// Lets the system take back the memory in which bytes lie; they are read from the file again when
  /// they are asked for, as are those of other tensors on the pages at both ends.
  private func releasePages(_ range: Range<Int>) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let start = (dataStart + range.lowerBound) / page * page
    let end = min((dataStart + range.upperBound + page - 1) / page * page, size)
    madvise(base + start, end - start, MADV_DONTNEED)
  }

  private static func map(_ path: String) throws -> (UnsafeMutableRawPointer, Int) {
    let location = SourceLocation(file: path)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw AksharaError(
        errno == ENOENT ? .missingFile : .unreadable,
        "cannot open the file: \(String(cString: strerror(errno)))", at: location,
        remedy: "check the path and its rights")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw AksharaError(.unreadable, "not a regular file", at: location)
    }
    let size = Int(status.st_size)
    guard size >= SafetensorsFormat.lengthSize else {
      throw AksharaError(
        .malformed, "a safetensors file has at least 8 bytes, this one has \(size)", at: location,
        remedy: "fetch or write it again")
    }
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else {
      throw AksharaError(
        .unreadable, "cannot map the file: \(String(cString: strerror(errno)))", at: location)
    }
    return (base, size)
  }

  private static func headerLength(
    _ bytes: UnsafeRawBufferPointer, at location: SourceLocation
  ) throws -> Int {
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= SafetensorsFormat.mostHeaderBytes else {
      throw AksharaError(
        .malformed,
        "the safetensors header is said to have \(length) bytes; "
          + "\(SafetensorsFormat.mostHeaderBytes) are allowed", at: location,
        remedy: "check that this is a safetensors file")
    }
    guard Int(length) <= bytes.count - SafetensorsFormat.lengthSize else {
      throw AksharaError(
        .malformed,
        "the safetensors header is said to have \(length) bytes, but the file ends before",
        at: location, remedy: "fetch or write it again")
    }
    return Int(length)
  }
}
