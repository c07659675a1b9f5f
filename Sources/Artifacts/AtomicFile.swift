internal import CFileFlags
internal import Foundation

/// Writes a file that appears whole or not at all.
///
/// Bytes go to `.<name>.partial` in the same folder; `commit()` syncs, renames and syncs the
/// folder. A writer that is dropped without `commit()` removes its partial file, and one that a
/// crash left behind is overwritten by the next writer.
///
/// The first bytes of a file go through the page cache, where whoever reads it next finds them; what
/// a long file has beyond goes past it, where the file system can do that:
///
///     byte      0 ……… directFrom ……………………………… last whole page … end
///     written   buffered │ direct (`O_DIRECT`)         │ buffered
///
/// The system has to find, clear and later write out a page for everything it keeps, which takes a
/// processor 0.3 to 3 s a GB and drives out what others keep; direct writing takes 0.1 s.
///
/// Not safe to share between threads.
public final class AtomicFile {
  /// Where the file will stand.
  public let path: String
  private let partial: String
  private var descriptor: Int32
  private let buffer = PageBuffer()
  /// Whether bytes go past the page cache at present.
  private var isDirect = false
  /// Whether to try that; not again after the file system has refused.
  private var mayBeDirect = true
  /// Bytes that were given to the system.
  private var written = 0
  /// `nil` if no digest is wanted.
  private var hasher: DigestHasher?
  /// Bytes taken so far.
  public private(set) var count = 0

  /// From here on the file is written past the page cache. To be lowered where nobody will read the file
  /// soon, before anything is written.
  public var directFrom = 32 << 20
  /// Smaller pieces are gathered in the buffer.
  private static let leastUncopied = 1 << 18

  /// Opens the partial file; folders on the way are made.
  ///
  /// - Parameter isDigested: whether the digest is taken while bytes come in, which costs as much as
  ///   writing them; if not, `commit()` reads the file again for it, and `finish()` takes none.
  /// - Throws: `unwritable`.
  public init(_ path: String, isDigested: Bool = true) throws {
    self.path = path
    try Self.requireFile(path)
    hasher = isDigested ? DigestHasher() : nil
    let folder = Path.folder(of: path)
    try Folder.make(folder)
    partial = Path.join(folder, Self.partialName(of: Path.name(of: path)))
    descriptor = try Self.lock(partial, for: path)
    guard ftruncate(descriptor, 0) == 0 || errno == EINVAL else { throw Self.unwritable(path) }
  }

  /// The name under which a file is written.
  private static func partialName(of name: String) -> String { ".\(name).partial" }

  /// The name under which a partial file would appear; another file's name as it is.
  static func finalName(of name: String) -> String {
    let inner = String(name.dropFirst().dropLast(".partial".count))
    return partialName(of: inner) == name ? inner : name
  }

  /// Refuses a path at which a device, a pipe or a socket stands: a file that takes its place would end it.
  private static func requireFile(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else {
      return
    }
    throw AksharaError(
      .unwritable, "this is a device or a pipe, not a file", at: SourceLocation(file: path),
      remedy: "name a file")
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

  /// Appends bytes. Large pieces that begin where a page does, and of whole pages, are not copied.
  ///
  /// - Throws: `unwritable`, for example when the disk is full.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    count += bytes.count
    var rest = bytes
    if bytes.count >= Self.leastUncopied && buffer.holdsWholePages {
      let whole = PageBuffer.wholePages(of: bytes)
      if whole > 0 {
        try flush()
        try emit(UnsafeRawBufferPointer(rebasing: bytes[..<whole]))
      }
      rest = UnsafeRawBufferPointer(rebasing: bytes[whole...])
    }
    while !rest.isEmpty {
      rest = buffer.fill(from: rest)
      if buffer.isFull { try flush() }
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
    try emit(buffer.bytes)
    buffer.removeAll()
  }

  /// Writes bytes: whole pages of them past the page cache if the file is long, which all but the last
  /// ones are.
  private func emit(_ bytes: UnsafeRawBufferPointer) throws {
    hasher?.update(bytes)
    if written >= directFrom && mayBeDirect { setDirect(true) }
    let whole = isDirect ? PageBuffer.wholePages(of: bytes) : 0
    try writeAll(UnsafeRawBufferPointer(rebasing: bytes[..<whole]))
    if whole < bytes.count { setDirect(false) }
    try writeAll(UnsafeRawBufferPointer(rebasing: bytes[whole...]))
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let slice = UnsafeRawBufferPointer(rebasing: rest)
      let count = Foundation.write(descriptor, slice.baseAddress, slice.count)
      if count < 0 && errno == EINTR { continue }
      // Some file systems take the flag and refuse the bytes, or end within a page on a full disk.
      if count < 0 && errno == EINVAL && isDirect {
        setDirect(false)
        continue
      }
      guard count > 0 else { throw Self.unwritable(path) }
      written += count
      rest = rest.dropFirst(count)
    }
  }

  /// Begins or ends writing past the page cache. File systems without that go on as before.
  private func setDirect(_ isWanted: Bool) {
    guard isWanted != isDirect else { return }
    let (flags, direct) = (fcntl(descriptor, F_GETFL), akshara_open_direct)
    let isSet =
      flags >= 0
      && fcntl(descriptor, F_SETFL, isWanted ? flags | direct : flags & ~direct) == 0
    isDirect = isWanted && isSet
    mayBeDirect = isDirect
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
    var buffer = [UInt8](repeating: 0, count: PageBuffer.size)
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
