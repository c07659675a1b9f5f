internal import Artifacts
internal import Crypto
internal import Foundation

/// A file that comes in pieces, over several runs if need be.
final class PartialFile {
  /// Bytes that are there.
  private(set) var count: Int
  private let path: String
  private var descriptor: Int32

  /// Opens what a former run left, or makes an empty file; more than `limit` bytes are thrown away.
  ///
  /// - Throws: `unwritable`.
  init(_ path: String, limit: Int) throws {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else { throw Self.unwritable(path) }
    count = Int(status.st_size)
    if count > limit { try clear() }
    lseek(descriptor, off_t(count), SEEK_SET)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends bytes.
  func append(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let slice = UnsafeRawBufferPointer(rebasing: rest)
      let written = write(descriptor, slice.baseAddress, slice.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw Self.unwritable(path) }
      rest = rest.dropFirst(written)
      count += written
    }
  }

  /// Throws away what is there.
  func clear() throws {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw Self.unwritable(path)
    }
    count = 0
  }

  /// Whether the content is what `identity` says.
  func has(_ identity: HubFile.Identity, size: Int) throws -> Bool {
    switch identity {
    case .large(let digits):
      var hasher = SHA256()
      try read { hasher.update(bufferPointer: $0) }
      return Self.hexadecimal(hasher.finalize()) == digits
    case .git(let digits):
      // Git's own name for a content; no protection against a forger, but that is what the hub has.
      var hasher = Insecure.SHA1()
      hasher.update(data: Array("blob \(size)\0".utf8))
      try read { hasher.update(bufferPointer: $0) }
      return Self.hexadecimal(hasher.finalize()) == digits
    }
  }

  /// Gives the file its final name.
  func commit(to final: String) throws {
    guard fsync(descriptor) == 0, close(descriptor) == 0 else {
      descriptor = -1
      throw Self.unwritable(path)
    }
    descriptor = -1
    guard rename(path, final) == 0 else { throw Self.unwritable(final) }
  }

  private func read(_ body: (UnsafeRawBufferPointer) -> Void) throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset: off_t = 0
    while true {
      let read = buffer.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, $0.count, offset)
      }
      if read < 0 && errno == EINTR { continue }
      guard read >= 0 else { throw Self.unwritable(path) }
      if read == 0 { return }
      buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<read])) }
      offset += off_t(read)
    }
  }

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func unwritable(_ path: String) -> AksharaError {
    let reason = String(cString: strerror(errno))
    return AksharaError(
      .unwritable, "cannot write the file: \(reason)", at: SourceLocation(file: path),
      remedy: errno == ENOSPC
        ? "free some space and start again; what came is kept" : "check the folder and its rights")
  }
}

/// A lock between processes, ours and `huggingface_hub`'s (`filelock`, which uses `flock` too).
struct FileLock {
  private let descriptor: Int32

  /// Waits for the lock.
  ///
  /// - Throws: `unwritable`.
  init(_ path: String) throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o664)
    guard descriptor >= 0 else {
      throw AksharaError(
        .unwritable, "cannot make the lock: \(String(cString: strerror(errno)))",
        at: SourceLocation(file: path), remedy: "check the folder and its rights")
    }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else {
        close(descriptor)
        throw AksharaError(
          .unwritable, "cannot take the lock: \(String(cString: strerror(errno)))",
          at: SourceLocation(file: path))
      }
    }
  }

  /// Lets the next one in. The file stays: removing it would race with whoever waits.
  func release() { close(descriptor) }
}
