import Artifacts
import Conversations
import Fixtures

@testable import Curation

/// Curates literal records and keeps what came out.
struct CurationCase {
  let folder: TemporaryFolder
  let report: CurationReport
  let kept: [Conversation]
  let dropped: [JSONValue]

  /// Curates records, which get the ids `1`, `2`, … where they have none.
  init(
    _ conversations: [Conversation], change: (inout CurationOptions) -> Void = { _ in }
  ) throws {
    let folder = TemporaryFolder()
    let writer = try ConversationWriter(folder.file("in.jsonl"))
    for (index, conversation) in conversations.enumerated() {
      var conversation = conversation
      if conversation.id.isEmpty { conversation.id = String(index + 1) }
      try writer.write(conversation)
    }
    try writer.commit()
    try self.init(in: folder, change: change)
  }

  /// Curates lines.
  init(lines: String, change: (inout CurationOptions) -> Void = { _ in }) throws {
    let folder = TemporaryFolder()
    try AtomicFile.write(Array(lines.utf8), to: folder.file("in.jsonl"))
    try self.init(in: folder, change: change)
  }

  private init(
    in folder: TemporaryFolder, change: (inout CurationOptions) -> Void
  ) throws {
    self.folder = folder
    var options = CurationOptions()
    change(&options)
    let output = folder.file("out")
    report = try Curator(options: options).run(inputs: [folder.file("in.jsonl")], output: output)
    let reader = try ConversationReader("\(output)/conversations.jsonl")
    var kept: [Conversation] = []
    while let next = try reader.next() { kept.append(next) }
    self.kept = kept
    let lines = try JSONLinesReader("\(output)/dropped.jsonl")
    var dropped: [JSONValue] = []
    while let next = try lines.nextValue() { dropped.append(next) }
    self.dropped = dropped
  }

  /// The reasons of the dropped records, in order.
  var reasons: [String?] { dropped.map { $0["reason"]?.string } }
}

extension Conversation {
  /// A question and an answer.
  static func pair(_ question: String, _ answer: String, id: String = "") -> Conversation {
    Conversation(
      id: id, messages: [Message(.user, .text(question)), Message(.assistant, .text(answer))])
  }
}
