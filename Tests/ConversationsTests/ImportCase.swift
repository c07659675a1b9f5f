import Artifacts
import Fixtures

@testable import Conversations

/// Runs an importer over literal texts or files and keeps what came out.
struct ImportCase {
  let report: ImportReport
  let conversations: [Conversation]
  let quarantine: [JSONValue]

  /// Imports files that are written to a temporary folder.
  init(
    _ kind: ImportKind, files: [(name: String, text: String)],
    change: (inout ImportOptions) -> Void = { _ in }
  ) throws {
    let folder = TemporaryFolder()
    for file in files { try AtomicFile.write(Array(file.text.utf8), to: folder.file(file.name)) }
    try self.init(kind, paths: files.map(\.name), relativeTo: folder.path, change: change)
  }

  /// Imports one file.
  init(
    _ kind: ImportKind, _ name: String, _ text: String,
    change: (inout ImportOptions) -> Void = { _ in }
  ) throws {
    try self.init(kind, files: [(name, text)], change: change)
  }

  /// Imports files that are there. Any number of bad rows is allowed unless `change` says otherwise.
  init(
    _ kind: ImportKind, paths: [String], relativeTo folder: String = ".",
    change: (inout ImportOptions) -> Void = { _ in }
  ) throws {
    let output = TemporaryFolder()
    var options = ImportOptions(kind: kind, paths: paths)
    options.maxBadRows = nil
    change(&options)
    let writer = try ConversationWriter(output.file("out.jsonl"))
    let quarantine = try JSONLinesWriter(output.file("quarantine.jsonl"))
    report = try Importer(options, relativeTo: folder).run(into: writer, quarantine: quarantine)
    try writer.commit()
    try quarantine.commit()
    let reader = try ConversationReader(output.file("out.jsonl"))
    var conversations: [Conversation] = []
    while let conversation = try reader.next() { conversations.append(conversation) }
    self.conversations = conversations
    let rows = try JSONLinesReader(output.file("quarantine.jsonl"))
    var quarantined: [JSONValue] = []
    while let row = try rows.nextValue() { quarantined.append(row) }
    self.quarantine = quarantined
  }
}
