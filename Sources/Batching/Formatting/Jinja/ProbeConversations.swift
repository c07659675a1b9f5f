internal import Artifacts
internal import Conversations

/// Small conversations by which a template shows what it writes around answers.
enum ProbeConversations {
  /// A question.
  static let question = Message(.user, "u")
  /// A plain answer.
  static let answer = Message(.assistant, "a")

  /// An answer that calls a tool; its ID has the nine letters that Mistral's templates demand.
  static let call = Message(
    .assistant, "",
    toolCalls: [
      [
        "id": "call00001", "type": "function",
        "function": ["name": "f", "arguments": ["x": "y"]],
      ]
    ])
  /// The tool's result.
  static let result = Message(.tool, "r", name: "f", toolCallID: "call00001")

  /// A tool.
  static let tool: JSONValue = [
    "type": "function",
    "function": [
      "name": "f", "description": "d",
      "parameters": ["type": "object", "properties": ["x": ["type": "string"]], "required": ["x"]],
    ],
  ]

  /// One of everything, to see which control tokens a template writes.
  static let all: [Conversation] = [
    conversation([question, answer]),
    conversation([question, answer, question, answer]),
    conversation([Message(.system, "s"), question, answer]),
    conversation([question, Message(.assistant, "a", reasoning: "t")]),
    conversation([question, call, result, answer], tools: [tool]),
    conversation([Message(.system, "s"), question, call, result], tools: [tool]),
    conversation([question, call], tools: [tool]),
    conversation([question, answer, answer]),
    // Tools and a system message may each open with the token that opens a plain conversation.
    conversation([Message(.system, "s"), question, answer], tools: [tool]),
  ]

  /// Conversations that begin with an answer, and in which a system message stands in the middle: what
  /// opens rows of every kind opens these, too.
  static let unusual: [Conversation] = [
    conversation([answer]),
    conversation([answer, question, answer]),
    conversation([question, answer, Message(.system, "s"), question, answer]),
    conversation([Message(.system, "s"), question, answer, Message(.system, "s"), question, answer]
    ),
  ]

  /// The same with every text as a typed part, as templates of models that also see want it.
  static let allInParts: [Conversation] = all.map { probe in
    var probe = probe
    for index in probe.messages.indices {
      let text = probe.messages[index].content.text ?? ""
      probe.messages[index].content = .parts([["type": "text", "text": .string(text)]])
    }
    return probe
  }

  static func conversation(
    _ messages: [Message], tools: [JSONValue] = [], arguments: JSONObject? = nil
  ) -> Conversation {
    Conversation(id: "probe", messages: messages, tools: tools, chatTemplateArguments: arguments)
  }

  /// What may stand before an answer that follows a message of this role.
  static func context(before role: Role?) -> [Message] {
    switch role {
    case .tool: [question, call, result]
    case .system: [Message(.system, "s")]
    case .assistant: [question, answer]
    case .user, nil: [question]
    }
  }
}
