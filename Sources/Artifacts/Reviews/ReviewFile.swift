internal import Foundation

/// Reviews in a file of JSON Lines that only grows: the last word about each thing counts.
///
/// Each change is one line, appended in one piece under a lock and synced, so that a power cut or
/// `kill -9` loses at most the change that was under way, and two programs may write at once. A
/// line that was torn is ended by the next writer and skipped by every reader; any other line that
/// is no review is an error.
///
/// Held are the reviews, not the lines. Not safe to share between threads.
public final class ReviewFile {
  /// The path.
  public let path: String
  /// By the bytes of the ID: two that look alike may be two.
  private var reviews: [[UInt8]: Review] = [:]
  private var readTo = 0
  private var lines = 0

  /// So much is read at once, at least.
  private static let blockSize = 1 << 20
  /// The longest line: an ID, a note, and room.
  private static let longestLine = 1 << 20

  /// A file that need not be there yet.
  ///
  /// - Throws: `unreadable`; `malformed` if a line is no review.
  public init(_ path: String) throws {
    self.path = path
    try refresh()
  }

  /// What is said of a conversation.
  public subscript(id: String) -> Review { reviews[Array(id.utf8)] ?? Review() }

  /// Everything that is said, in the order of the IDs' bytes.
  public var all: [(id: String, review: Review)] {
    reviews.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
  }

  /// How many conversations have a verdict.
  public func count(of verdict: Review.Verdict) -> Int {
    reviews.values.count { $0.verdict == verdict }
  }

  /// A file that must be there.
  ///
  /// - Throws: `missingFile`, `unreadable`, `malformed`.
  public static func existing(_ path: String) throws -> ReviewFile {
    guard Path.exists(path) else {
      throw AksharaError(
        .missingFile, "there is no file of verdicts", at: SourceLocation(file: path),
        remedy: "name the file that `akshara view` wrote")
    }
    return try ReviewFile(path)
  }

  /// Takes in what was appended since, by whomever.
  ///
  /// - Throws: `unreadable`, `malformed`.
  public func refresh() throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return }
      throw failure(.unreadable, "cannot read")
    }
    defer { close(descriptor) }
    try read(descriptor)
  }

  /// Appends a change; it is on the disk when this returns.
  ///
  /// - Throws: `unwritable`, `unreadable`, `malformed`.
  public func append(_ change: ReviewChange) throws {
    let isNew = !Path.exists(path)
    let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(.unwritable, "cannot write") }
    defer { close(descriptor) }
    // Whoever holds the lock only appends a line: the wait is short.
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw failure(.unwritable, "cannot lock") }
    }
    var line = change.json.compact + [UInt8(ascii: "\n")]
    if try isTorn(descriptor) { line.insert(UInt8(ascii: "\n"), at: 0) }
    let written = line.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    guard written == line.count, fsync(descriptor) == 0 else {
      throw failure(.unwritable, "cannot write")
    }
    if isNew { Folder.synchronize(Path.folder(of: path)) }
    try read(descriptor)
  }

  /// Whether the file ends inside a line.
  private func isTorn(_ descriptor: Int32) throws -> Bool {
    let size = lseek(descriptor, 0, SEEK_END)
    guard size >= 0 else { throw failure(.unreadable, "cannot read") }
    guard size > 0 else { return false }
    var last: UInt8 = 0
    guard pread(descriptor, &last, 1, size - 1) == 1 else {
      throw failure(.unreadable, "cannot read")
    }
    return last != UInt8(ascii: "\n")
  }

  /// Takes in the lines from where the last reading ended; the last of all need not be ended, as an
  /// editor may leave it.
  private func read(_ descriptor: Int32) throws {
    var rest: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: Self.blockSize)
    var position = readTo
    while true {
      let count = pread(descriptor, &buffer, buffer.count, off_t(position))
      guard count >= 0 else {
        if errno == EINTR { continue }
        throw failure(.unreadable, "cannot read")
      }
      guard count > 0 else {
        // Taken again once it is ended: the same is said twice then.
        if !rest.isEmpty { try take(rest, line: lines + 1) }
        return
      }
      position += count
      rest += buffer[..<count]
      var start = 0
      while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
        lines += 1
        try take(Array(rest[start..<end]), line: lines)
        readTo += end + 1 - start
        start = end + 1
      }
      rest.removeSubrange(..<start)
      guard rest.count <= Self.longestLine else {
        throw AksharaError(
          .malformed, "a line is longer than \(Self.longestLine) bytes",
          at: SourceLocation(file: path, line: lines + 1))
      }
    }
  }

  private func take(_ line: [UInt8], line number: Int) throws {
    let location = SourceLocation(file: path, line: number)
    // A line that does not end as it began was torn by a crash; what it would have said is lost.
    guard !line.isEmpty, line.last == UInt8(ascii: "}"),
      let json = try? JSONValue(parsing: line, at: location)
    else {
      guard line.first == UInt8(ascii: "{") || line.isEmpty else {
        throw AksharaError(
          .malformed, "the line is no review", at: location,
          remedy: "name the file that `akshara view` wrote")
      }
      return
    }
    let change = try ReviewChange(json: json, at: location)
    let key = Array(change.id.utf8)
    var review = reviews[key] ?? Review()
    if case .set(let verdict) = change.verdict { review.verdict = verdict }
    if case .set(let note) = change.note { review.note = note }
    reviews[key] = review.isEmpty ? nil : review
  }

  private func failure(_ code: AksharaError.Code, _ what: String) -> AksharaError {
    AksharaError(
      code, "\(what) the verdicts: \(String(cString: strerror(errno)))",
      at: SourceLocation(file: path), remedy: "check the file and its rights, and the room left")
  }
}
