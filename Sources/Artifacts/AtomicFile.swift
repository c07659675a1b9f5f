internal import Foundation

/// Writes a file that appears whole or not at all.
///
/// Bytes go to `.<name>.partial` in the same folder; `commit()` syncs, renames and syncs the
/// folder. A writer that is dropped without `commit()` removes its partial file, and one that a
/// crash left behind is overwritten by the next writer.
///
/// Not safe to share between threads.
public final class AtomicFile {
  /// Where the file will stand.
  public let path: String
  private let partial: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  /// `nil` if no digest is wanted.
  private var hasher: DigestHasher?
  /// Bytes taken so far.
  public private(set) var count = 0

  private static let bufferSize = 1 << 20

  /// Opens the partial file; folders on the way are made.
  ///
  /// - Parameter isDigested: whether the digest is taken while bytes come in, which costs as much as
  ///   writing them; if not, `commit()` reads the file again for it, and `finish()` takes none.
  /// - Throws: `unwritable`.
  public init(_ path: String, isDigested: Bool = true) throws {
    self.path = path
    hasher = isDigested ? DigestHasher() : nil
    let folder = Path.folder(of: path)
    try Folder.make(folder)
    partial = Path.join(folder, ".\(Path.name(of: path)).partial")
    descriptor = try Self.lock(partial, for: path)
    guard ftruncate(descriptor, 0) == 0 || errno == EINVAL else { throw Self.unwritable(path) }
    buffer.reserveCapacity(Self.bufferSize)
  }

  /// Opens the partial file and locks it, so that two processes never write into one.
  private static func lock(_ partial: String, for path: String) throws -> Int32 {
    while true {
      let descriptor = open(partial, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw unwritable(path) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        close(descriptor)
        throw busy(path)
      }
      // Its former owner may have moved it to its final place between our two calls.
      if FileIdentity(descriptor) == FileIdentity(partial) { return descriptor }
      close(descriptor)
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(partial)
  }

  /// Appends bytes.
  ///
  /// - Throws: `unwritable`, for example when the disk is full.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    hasher?.update(bytes)
    count += bytes.count
    if buffer.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count >= Self.bufferSize {
      try writeAll(bytes)
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

  /// Appends a string's UTF-8.
  public func write(_ text: String) throws { try write(Array(text.utf8)) }

  /// Makes the file appear at `path`, and returns the digest of its content.
  ///
  /// - Throws: `unwritable`.
  @discardableResult
  public func commit() throws -> Digest {
    try flush()
    let digest = try hasher?.finalize() ?? Digest(ofFile: partial)
    try finish()
    return digest
  }

  /// Makes the file appear at `path`.
  ///
  /// - Throws: `unwritable`.
  public func finish() throws {
    try flush()
    guard fsync(descriptor) == 0 else { throw Self.unwritable(path) }
    // close() may report a delayed write error (full disk, network file system).
    let status = close(descriptor)
    descriptor = -1
    guard status == 0, rename(partial, path) == 0 else {
      let error = Self.unwritable(path)
      unlink(partial)
      throw error
    }
    Folder.synchronize(Path.folder(of: path))
  }

  /// Writes a whole file at once.
  @discardableResult
  public static func write(_ bytes: [UInt8], to path: String) throws -> Digest {
    let file = try AtomicFile(path)
    try file.write(bytes)
    return try file.commit()
  }

  private func flush() throws {
    try buffer.withUnsafeBytes { try writeAll($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let slice = UnsafeRawBufferPointer(rebasing: rest)
      let written = Foundation.write(descriptor, slice.baseAddress, slice.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw Self.unwritable(path) }
      rest = rest.dropFirst(written)
    }
  }

  /// The error of whoever finds the place taken.
  static func busy(_ path: String) -> AksharaError {
    AksharaError(
      .unwritable, "another process is writing this", at: SourceLocation(file: path),
      remedy: "wait for it, or choose another output")
  }

  static func unwritable(_ path: String) -> AksharaError {
    let reason = String(cString: strerror(errno))
    let remedy =
      errno == ENOSPC ? "free some space and start again" : "check the folder and its rights"
    return AksharaError(
      .unwritable, "cannot write the file: \(reason)", at: SourceLocation(file: path),
      remedy: remedy)
  }
}

extension AtomicFile {
  /// Copies a file in pieces; the copy appears whole or not at all.
  ///
  /// - Returns: the content's digest.
  /// - Throws: `unreadable` or `unwritable`.
  @discardableResult
  public static func copy(_ source: String, to path: String) throws -> Digest {
    guard let input = fopen(source, "rb") else {
      throw AksharaError(
        .unreadable, "cannot read the file: \(String(cString: strerror(errno)))",
        at: SourceLocation(file: source))
    }
    defer { fclose(input) }
    let output = try AtomicFile(path)
    var buffer = [UInt8](repeating: 0, count: bufferSize)
    while true {
      let count = fread(&buffer, 1, buffer.count, input)
      if count == 0 { break }
      try buffer.withUnsafeBytes {
        try output.write(UnsafeRawBufferPointer(rebasing: $0[..<count]))
      }
    }
    guard ferror(input) == 0 else {
      throw AksharaError(.unreadable, "cannot read the file", at: SourceLocation(file: source))
    }
    return try output.commit()
  }
}
