internal import Artifacts
internal import Conversations

/// Writes rows into the splits of a set, and dropped conversations into `dropped.jsonl`, and counts
/// both.
final class ShardSetWriter {
  /// The name of the file that lists dropped conversations.
  static let droppedName = "dropped.jsonl"

  /// What was written.
  struct Written {
    var splits: [ShardManifest.SplitRecord] = []
    var findings: [SplitFindings] = []
    var dropped: ShardManifest.File?
  }

  private let folder: String
  private let limits: ShardWriter.Limits
  private let checker: RowChecker
  private var writers: [Split: ShardWriter] = [:]
  private var counts: [Split: ShardCounts] = [:]
  private var dropped: JSONLinesWriter?

  /// A writer into a folder.
  ///
  /// - Parameter checker: checks rows that come in parts too small for a record batch.
  init(in folder: AtomicFolder, limits: ShardWriter.Limits, checker: RowChecker) {
    self.folder = folder.workPath
    (self.limits, self.checker) = (limits, checker)
  }

  /// Writes the rows of a block of conversations, and why there are none of some.
  ///
  /// - Throws: `unwritable`.
  func write(_ part: ShardPart) throws {
    for split in Split.allCases {
      guard let found = part.counts[split] else { continue }
      counts[split, default: ShardCounts()].add(found)
      let writer =
        writers[split] ?? ShardWriter(split, below: folder, limits: limits, checker: checker)
      writers[split] = writer
      for rows in part.rows(of: split) { try writer.append(rows) }
    }
    for conversation in part.dropped { try write(conversation) }
  }

  private func write(_ conversation: ShardPart.Dropped) throws {
    let writer = try dropped ?? JSONLinesWriter(Path.join(folder, Self.droppedName))
    dropped = writer
    var line: JSONObject = [
      "id": .string(conversation.id), "split": .string(conversation.split.rawValue),
      "reason": .string(conversation.reason.rawValue), "tokens": JSONValue(conversation.tokens),
      "file": .string(Path.name(of: conversation.location.file)),
      "line": conversation.location.line.map { JSONValue($0) } ?? .null,
    ]
    if let refusal = conversation.refusal { line["detail"] = .string(refusal) }
    try writer.write(.object(line))
  }

  /// Writes what is left.
  ///
  /// - Returns: the splits in the order train, validation, test, what their rows hold, and the file
  ///   of dropped conversations if there are any.
  /// - Throws: `unwritable`.
  func finish() throws -> Written {
    var written = Written()
    for split in Split.allCases {
      guard let writer = writers[split] else { continue }
      written.splits.append(
        ShardManifest.SplitRecord(
          split: split, counts: counts[split] ?? ShardCounts(), files: try writer.finish()))
      written.findings.append(writer.findings)
    }
    written.dropped = try dropped.map { writer in
      let rows = writer.count
      return ShardManifest.File(
        path: Self.droppedName, digest: try writer.commit(), rows: rows)
    }
    return written
  }
}
