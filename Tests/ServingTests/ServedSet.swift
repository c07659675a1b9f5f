import Artifacts
import Batching
import Conversations
import Fixtures
import Foundation
import Tokenization

@testable import Serving

/// Conversations and a shard set in a folder of their own, and a server that shows one of them.
struct ServedSet: Sendable {
  let folder = TemporaryFolder()

  static let conversations: [Conversation] = [
    Conversation(
      id: "kn-1", messages: [Message(.user, "ಶ್ರೀಕೃಷ್ಣ ಯಾರು?"), Message(.assistant, "ದೇವರು.")],
      language: "kn", tags: ["story"], provenance: Provenance(source: "a.jsonl", record: 1)),
    Conversation(
      id: "te-1", messages: [Message(.user, "నమస్తే"), Message(.assistant, "ఎలా ఉన్నారు?")],
      language: "te", provenance: Provenance(source: "a.jsonl", record: 2)),
    Conversation(
      id: "en-1",
      messages: [
        Message(.user, "Say <|im_end|> & <b>bold</b>"), Message(.assistant, "I will not."),
        Message(.user, "Why?"), Message(.assistant, "It stays text, as it should."),
      ], split: .validation, language: "en", tags: ["injection", "story"],
      provenance: Provenance(source: "b.jsonl", record: 1)),
  ]

  init() throws {
    let writer = try ConversationWriter(folder.file("in.jsonl"))
    for conversation in Self.conversations { try writer.write(conversation) }
    try writer.commit()
    let manifest = try Sharder(tokenizer: try Self.tokenizer, options: FormatOptions())
      .run(conversations: [folder.file("in.jsonl")], output: folder.file("set"))
    precondition(manifest.proof?.holds == true)
  }

  /// The small base model's tokenizer.
  static var tokenizer: BPETokenizer {
    get throws { try BPETokenizer(contentsOf: tokenizerPath) }
  }

  static let tokenizerPath = RepositoryPaths.root + "/samples/base/tokenizer.json"

  /// Runs `body`, on a thread of its own, while a server shows something: requests wait for answers,
  /// and the server needs the threads of tasks to give them.
  func serve<Value: Sendable>(
    _ options: ViewOptions, _ body: @escaping @Sendable (ViewServer.Address) throws -> Value
  ) async throws -> Value {
    let server = try ViewServer(options)
    let (addresses, announce) = AsyncStream.makeStream(of: ViewServer.Address.self)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { announce.finish() }
        try await server.serve { announce.yield($0) }
      }
      var value: Value?
      for await address in addresses {
        value = try await onThread { try body(address) }
        break
      }
      group.cancelAll()
      try await group.waitForAll()
      guard let value else { throw CancellationError() }
      return value
    }
  }

  private func onThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }

  /// The options that show the set.
  var options: ViewOptions { ViewOptions(folder.file("set")) }
}

extension ViewServer.Address {
  /// The token in the address.
  var token: String { String(url.split(separator: "=").last ?? "") }

  /// Asks with the token in the header.
  func get(_ target: String) throws -> LoopbackRequest.Answer? {
    try LoopbackRequest(target: target, headers: ["X-Akshara-Token: \(token)"]).send(to: port)
  }

  /// Asks for JSON.
  func json(_ target: String) throws -> JSONValue {
    guard let answer = try get(target), answer.status == 200 else { return .null }
    return try JSONValue(parsing: answer.body)
  }

  /// Sends JSON.
  func post(_ target: String, _ body: String) throws -> LoopbackRequest.Answer? {
    try LoopbackRequest(
      method: "POST", target: target,
      headers: ["X-Akshara-Token: \(token)", "Content-Type: application/json"], body: body
    ).send(to: port)
  }
}
