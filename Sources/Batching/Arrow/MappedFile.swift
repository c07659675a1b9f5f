internal import Artifacts
internal import Foundation

/// A file mapped into memory, read-only: pages are read when they are touched, and the system may
/// drop them again.
///
/// The bytes never change while it is open if files are replaced by renaming, as everywhere in
/// Akshara. Safe to share between threads.
final class MappedFile: FileBytes, @unchecked Sendable {
  /// The path as it was given.
  let path: String
  /// The file's bytes; valid as long as this object lives.
  let bytes: UnsafeRawBufferPointer

  /// Maps a file.
  ///
  /// - Throws: `missingFile`, `unreadable`.
  init(_ path: String) throws {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let isMissing = errno == ENOENT
      throw AksharaError(
        isMissing ? .missingFile : .unreadable,
        "cannot open the file: \(String(cString: strerror(errno)))",
        at: SourceLocation(file: path), remedy: "check the path and its rights")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Self.unreadable(path)
    }
    let size = Int(status.st_size)
    // An empty file cannot be mapped.
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else { throw Self.unreadable(path) }
    bytes = UnsafeRawBufferPointer(start: start, count: size)
  }

  deinit {
    guard let start = bytes.baseAddress else { return }
    munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
  }

  /// The digest of the content. Reads all of it.
  func digest() -> Digest {
    var hasher = DigestHasher()
    hasher.update(bytes)
    return hasher.finalize()
  }

  private static func unreadable(_ path: String) -> AksharaError {
    AksharaError(
      .unreadable, "cannot read the file: \(String(cString: strerror(errno)))",
      at: SourceLocation(file: path), remedy: "check that it is a file and its rights")
  }
}
