public import Artifacts
public import Conversations

/// A prompt, and the adapter that is to answer it.
public struct AnswerRequest: Sendable {
  /// What is asked.
  public enum Content: Sendable {
    /// One text.
    case text(String)
    /// The messages before the answer.
    case conversation(Conversation)
  }

  /// What is asked.
  public var content: Content
  /// The name of the adapter; `nil`: the base alone.
  public var adapter: String?

  /// A request.
  public init(_ content: Content, adapter: String?) {
    self.content = content
    self.adapter = adapter
  }

  /// Reads a JSON Lines file: `prompt` or `messages` in each row, and the name of an `adapter`, where
  /// `null` stands for the base.
  ///
  /// - Parameters:
  ///   - answering: who answers a row that names nobody, each in turn.
  /// - Throws: `missingFile`, or `malformed` with the line.
  public static func read(_ path: String, answering: [String?]) throws -> [AnswerRequest] {
    let reader = try JSONLinesReader(path)
    var requests: [AnswerRequest] = []
    while let line = try reader.next() {
      let location = SourceLocation(file: path, line: line.number)
      let json = try reader.value(of: line)
      let content = try content(json, at: location)
      let names = try adapter(json, at: location).map { [$0] } ?? answering
      requests += names.map { AnswerRequest(content, adapter: $0) }
    }
    return requests
  }

  /// The adapter that a row names; `nil` if it names none, and `.some(nil)` for the base.
  private static func adapter(_ json: JSONValue, at location: SourceLocation) throws -> String?? {
    switch json["adapter"] {
    case nil: return nil
    case .null?: return .some(nil)
    case .string(let name)?: return name
    case let other?:
      throw AksharaError(
        .malformed, "`adapter` is \(other.compactString)", at: location,
        remedy: "give an adapter's name, or null for the base")
    }
  }

  private static func content(_ json: JSONValue, at location: SourceLocation) throws -> Content {
    if json["messages"] != nil { return .conversation(try conversation(json, at: location)) }
    guard let text = json["prompt"]?.string, !text.isEmpty else {
      throw AksharaError(
        .malformed, "this row has neither `prompt` nor `messages`", at: location,
        remedy: #"write {"prompt": "…", "adapter": "NAME"}"#)
    }
    return .text(text)
  }

  /// The conversation that a JSON value holds: an object with `messages`, or that list alone.
  ///
  /// - Throws: `malformed`.
  public static func conversation(
    _ json: JSONValue, at location: SourceLocation
  ) throws -> Conversation {
    var record: JSONObject = json.array.map { ["messages": .array($0)] } ?? json.object ?? [:]
    record["adapter"] = nil
    if record["id"] == nil { record["id"] = "prompt" }
    return try Conversation(json: .object(record), at: location)
  }
}

extension PromptAnswerer {
  /// The tokens of a request's prompt.
  ///
  /// - Throws: as `tokens(of:)` of its content.
  public func tokens(of request: AnswerRequest) throws -> [Int32] {
    switch request.content {
    case .text(let text): try tokens(of: text)
    case .conversation(let conversation): try tokens(of: conversation)
    }
  }
}
