public import Artifacts

/// Who speaks.
public enum Role: String, Sendable, CaseIterable {
  /// Sets the scene.
  case system
  /// Asks.
  case user
  /// Answers; what is usually trained on.
  case assistant
  /// Reports the result of a tool call.
  case tool
}

/// How OpenAI's records write that a message has calls of tools and no content. Chat templates may tell
/// these from an empty text.
public enum Silence: Sendable, Equatable {
  /// `"content": null`
  case null
  /// There is no `content`.
  case missing
}

/// One utterance.
public struct Message: Sendable, Equatable {
  /// Who speaks.
  public var role: Role
  /// What is said.
  public var content: Content
  /// How a message that calls tools said nothing besides, where it did: its content is an empty text.
  public var silence: Silence?
  /// The speaker's name, for example a character of a scene.
  public var name: String?
  /// The thinking that precedes the answer.
  public var reasoning: String?
  /// Calls that the assistant makes.
  public var toolCalls: [JSONValue]
  /// The call that a tool message answers.
  public var toolCallID: String?
  /// Overrides for this message what is trained on; `nil` leaves it to the strategy.
  public var supervised: Bool?
  /// Scales this message's loss, which is divided by the sum of weights. `nil` is 1.
  public var weight: Double?
  /// What curation changed in the content, in the order of parts and places.
  public var edits: [MessageEdit] = []

  /// A message; only `role` and `content` are required.
  public init(
    _ role: Role, _ content: Content, name: String? = nil, reasoning: String? = nil,
    toolCalls: [JSONValue] = [], toolCallID: String? = nil, supervised: Bool? = nil,
    weight: Double? = nil
  ) {
    self.role = role
    self.content = content
    self.name = name
    self.reasoning = reasoning
    self.toolCalls = toolCalls
    self.toolCallID = toolCallID
    self.supervised = supervised
    self.weight = weight
  }
}

/// What a message says: text, or a list of typed parts.
public enum Content: Sendable, Equatable, ExpressibleByStringLiteral {
  /// Plain text.
  case text(String)
  /// Parts as they came (`{"type": "text", "text": …}`); only text parts can be rendered.
  case parts([JSONValue])

  /// Plain text.
  public init(stringLiteral value: String) { self = .text(value) }

  /// The text, with text parts joined; `nil` if a part is not text.
  public var text: String? {
    switch self {
    case .text(let text): return text
    case .parts(let parts):
      var joined = ""
      for part in parts {
        guard part["type"]?.string == "text", let text = part["text"]?.string else { return nil }
        joined += text
      }
      return joined
    }
  }
}
