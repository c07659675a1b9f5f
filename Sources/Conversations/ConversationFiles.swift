public import Artifacts

/// Reads conversations from JSON Lines (plain, gzip or zstd), one at a time.
public final class ConversationReader {
  private let lines: JSONLinesReader
  /// The line of the conversation that was read last, counted from 1; 0 before the first.
  public private(set) var line = 0

  /// Opens a file.
  ///
  /// - Throws: `missingFile`, `unreadable`.
  public init(_ path: String) throws { lines = try JSONLinesReader(path) }

  /// The next conversation, or `nil` at the end.
  ///
  /// - Throws: `malformed`, naming file and line.
  public func next() throws -> Conversation? {
    guard let next = try lines.next() else { return nil }
    line = next.number
    let location = SourceLocation(file: lines.path, line: line)
    return try Conversation(json: try lines.value(of: next), at: location)
  }
}

/// Writes conversations as JSON Lines. The file appears with `commit()`.
public final class ConversationWriter {
  private let lines: JSONLinesWriter
  private var sources: [String: SourceUse] = [:]

  /// Begins a file; the suffix `.gz` or `.zst` asks for compression.
  ///
  /// - Parameter isDigested: `false` if it is ended with `finish()`: see `AtomicFile.init`.
  /// - Throws: `unwritable`.
  public convenience init(_ path: String, isDigested: Bool = true) throws {
    self.init(sink: try AtomicFile.sink(path, isDigested: isDigested))
  }

  /// Writes to `sink`, for example standard output.
  public init(sink: any ByteSink) { lines = JSONLinesWriter(sink: sink) }

  /// Conversations written so far.
  public var count: Int { lines.count }

  /// Appends a conversation.
  ///
  /// - Throws: `unwritable`.
  public func write(_ conversation: Conversation) throws { try lines.write(conversation.json) }

  /// Appends conversations that are lines of JSON already.
  ///
  /// - Throws: `unwritable`.
  func write(lines bytes: UnsafeRawBufferPointer, count: Int) throws {
    try lines.write(lines: bytes, count: count)
  }

  /// Makes the file appear.
  ///
  /// - Returns: the digest of the file as it is stored.
  /// - Throws: `unwritable`.
  @discardableResult
  public func commit() throws -> Digest { try lines.commit() }

  /// Makes the file appear, for callers who need no digest: see `AtomicFile.init`.
  ///
  /// - Throws: `unwritable`.
  public func finish() throws { try lines.finish() }

  /// Names for the records of a source file, that no other source of this writer has.
  ///
  /// The name is the file's without suffixes; if another file of that name came before, as many of
  /// its folders as tell the two apart are put before it. Names depend on the order of the sources
  /// alone, so that identifiers are stable.
  func names(forSource path: String) -> SourceNames {
    let plain = Compression.nameWithoutSuffix(path)
    var name = Path.stem(of: plain)
    var folder = Path.folder(of: plain)
    while isTaken(name, by: path), folder != ".", folder != "/" {
      name = Path.name(of: folder) + "-" + name
      folder = Path.folder(of: folder)
    }
    let base = name
    var number = 2
    while isTaken(name, by: path) {
      name = "\(base)-\(number)"
      number += 1
    }
    var uses = sources[name] ?? SourceUse(path: path, count: 0)
    uses.count += 1
    sources[name] = uses
    return SourceNames(group: name, id: uses.count == 1 ? name : "\(name)-pass\(uses.count)")
  }

  private func isTaken(_ name: String, by path: String) -> Bool {
    sources[name].map { $0.path != path } ?? false
  }

  private struct SourceUse {
    var path: String
    var count: Int
  }
}

/// How the records of one source are named.
struct SourceNames: Equatable {
  /// The beginning of group names: the same whenever the same file is read, so that a scene that is
  /// imported twice stays on one side of a split.
  var group: String
  /// The beginning of identifiers: another one each time.
  var id: String
}
