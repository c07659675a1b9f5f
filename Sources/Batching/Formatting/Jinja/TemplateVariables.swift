internal import Artifacts
internal import Conversations
internal import Jinja

/// What a Jinja template can read: a conversation, as transformers hands it over, and the tokenizer's
/// named tokens.
struct TemplateVariables: Sendable {
  /// `bos_token`, `eos_token` and their like, in a fixed order.
  let tokens: [(name: String, text: String)]

  /// The variables for one rendering.
  ///
  /// Source: transformers 5, `PreTrainedTokenizerBase.apply_chat_template`: the tokens first, then
  /// the conversation's own `chat_template_kwargs`; `tools` and `documents` are `none` where there
  /// are none.
  func values(
    for conversation: Conversation, addsGenerationPrompt: Bool
  ) -> [(name: String, value: Value)] {
    var values: [(name: String, value: Value)] = tokens.map {
      ($0.name, .text(Text($0.text, origin: MessageField.tokenizerVariable)))
    }
    for pair in conversation.chatTemplateArguments?.pairs ?? [] {
      values.append((pair.key, Value(pair.value, origin: MessageField.conversation)))
    }
    let messages = conversation.messages.enumerated().map { Self.message($1, at: $0) }
    let tools = conversation.tools.map { Value($0, origin: MessageField.conversation) }
    values.append(("messages", .list(messages)))
    values.append(("tools", tools.isEmpty ? .null : .list(tools, MessageField.conversation)))
    if !values.contains(where: { $0.name == "documents" }) { values.append(("documents", .null)) }
    values.append(("add_generation_prompt", .bool(addsGenerationPrompt)))
    return values
  }

  /// A message as a dictionary, marked with its index.
  private static func message(_ message: Message, at index: Int) -> Value {
    var entries: [DictValue.Entry] = []
    func add(_ key: String, _ value: Value) {
      entries.append(DictValue.Entry(.text(Text(key, origin: .computed)), value))
    }
    func text(_ string: String, _ field: MessageField) -> Value {
      .text(Text(string, origin: field.origin(in: index)))
    }
    add("role", text(message.role.rawValue, .role))
    switch message.silence {
    case .missing?: break
    case .null?: add("content", .null)
    case nil:
      add("content", Value(message.content.json, origin: MessageField.content.origin(in: index)))
    }
    if let name = message.name { add("name", text(name, .name)) }
    if let reasoning = message.reasoning { add("reasoning_content", text(reasoning, .reasoning)) }
    if !message.toolCalls.isEmpty {
      let origin = MessageField.toolCalls.origin(in: index)
      add("tool_calls", .list(message.toolCalls.map { Value($0, origin: origin) }, origin))
    }
    if let id = message.toolCallID { add("tool_call_id", text(id, .other)) }
    return .dict(
      DictValue(entries, origin: MessageField.other.origin(in: index), mark: Int32(index)))
  }
}
