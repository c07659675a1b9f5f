internal import Artifacts
public import Conversations

/// Mistral's third tokenizer (7B Instruct v0.3, Mixtral 8x22B) and Nemo's: their marks are control
/// tokens, and they have forms for tools. Nemo's writes no space behind a mark and trims nothing.
///
///     v3     <s>[INST] S\n\nನಮಸ್ಕಾರ[/INST] నమస్తే</s>[INST] …
///     Nemo   <s>[INST]S\n\nನಮಸ್ಕಾರ[/INST]నమస్తే</s>[INST]…
///     tools  <s>[AVAILABLE_TOOLS][{…}][/AVAILABLE_TOOLS][INST]…[/INST][TOOL_CALLS][{…}]</s>
///            [TOOL_RESULTS]{"content": …, "call_id": "…"}[/TOOL_RESULTS]…
///
/// The system message and the tools stand before the *first* user message. The published templates
/// put them before the last one, the system message only if the conversation ends there: so a
/// training row, which ends with an answer, would lose its system message in silence, and the prompt
/// of an earlier answer would not be the beginning of its row. For one user message both are the same.
///
/// Source: `tokenizer_config.json` of Mistral-7B-Instruct-v0.3 and Mistral-Nemo-Instruct-2407.
public struct MistralTemplate: ChatTemplate {
  /// `mistral-v3` or `mistral-nemo`.
  public let name: String
  private let isNemo: Bool
  /// What stands between a mark and what it opens.
  private var space: String { isNemo ? "" : " " }

  private static let begin = "<s>"
  private static let end = "</s>"
  /// How long the names of calls are: Mistral's own check.
  private static let callNameLength = 9

  init(nemo isNemo: Bool) {
    self.isNemo = isNemo
    name = isNemo ? "mistral-nemo" : "mistral-v3"
  }

  /// `<s>`.
  public var beginToken: String? { Self.begin }
  /// `</s>`.
  public var endOfTurnToken: String { Self.end }
  /// The control tokens of chats and of tools.
  public var requiredSpecialTokens: [String] {
    [
      Self.begin, "[INST]", "[/INST]", Self.end, "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
      "[TOOL_CALLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]",
    ]
  }

  /// The same in Jinja.
  public var jinja: String {
    let answer = isNemo ? "content" : "' ' + content | trim"
    return "{{- '<s>' -}}{%- set state = namespace(next='user', system='', tools=tools) -%}"
      + "{%- for message in messages -%}" + JinjaText.contentOrNone
      + "{%- if message['role'] == 'system' and loop.first and not loop.last -%}"
      + "{%- set state.system = content + '\\n\\n' -%}"
      + "{%- elif message['role'] == 'assistant' and \(JinjaText.hasCalls) -%}"
      + "{{- '[TOOL_CALLS]\(space)[' -}}{%- for called in message['tool_calls'] -%}"
      + JinjaText.call
      + "{%- if called.id is not defined or called.id | length != \(Self.callNameLength) -%}"
      + "{{- raise_exception('the ID of a tool call has 9 letters or digits') -}}{%- endif -%}"
      + "{{- '{\"name\": ' + call.name | tojson + ', \"arguments\": ' -}}"
      + "{{- \(ToolCall.argumentsInJinja) + ', \"id\": \"' + called.id + '\"}' -}}"
      + "{{- '' if loop.last else ', ' -}}{%- endfor -%}{{- ']</s>' -}}"
      + "{%- elif message['role'] == 'tool' -%}"
      + "{%- if message['tool_call_id'] is not defined"
      + " or message['tool_call_id'] | length != \(Self.callNameLength) -%}"
      + "{{- raise_exception('the ID of a tool call has 9 letters or digits') -}}{%- endif -%}"
      + "{{- '[TOOL_RESULTS]\(space){\"content\": ' + content + ', \"call_id\": \"'"
      + " + message['tool_call_id'] + '\"}[/TOOL_RESULTS]' -}}"
      + "{%- elif message['role'] != state.next -%}"
      + "{{- raise_exception('roles must alternate, user first') -}}"
      + "{%- elif message['role'] == 'user' -%}" + toolsInJinja
      + "{{- '[INST]\(space)' + state.system + content + '[/INST]' -}}"
      + "{%- set state.system = '' -%}{%- set state.tools = false -%}"
      + "{%- set state.next = 'assistant' -%}"
      + "{%- else -%}{{- \(answer) + '</s>' -}}{%- set state.next = 'user' -%}"
      + "{%- endif -%}{%- endfor -%}"
  }

  private var toolsInJinja: String {
    "{%- if state.tools -%}{{- '[AVAILABLE_TOOLS]\(space)[' -}}{%- for tool in tools -%}"
      + "{{- '{\"type\": \"function\", \"function\": {' -}}"
      + "{%- for key, value in tool.function.items() if key != 'return' -%}"
      + "{%- if value is string -%}{{- '\"' + key + '\": \"' + value + '\"' -}}"
      + "{%- else -%}{{- '\"' + key + '\": ' + value | tojson -}}{%- endif -%}"
      + "{{- '' if loop.last else ', ' -}}{%- endfor -%}{{- '}}' -}}"
      + "{{- '' if loop.last else ', ' -}}{%- endfor -%}"
      + "{{- '][/AVAILABLE_TOOLS]' -}}{%- endif -%}"
  }

  /// Renders a conversation.
  public func render(
    _ conversation: Conversation, labels: LabelPlan
  ) throws -> RenderedConversation {
    try writer(for: conversation, labels: labels).finish()
  }

  /// Renders a conversation that ends with a question or a tool's result: nothing opens an answer.
  public func generationPrompt(for conversation: Conversation) throws -> RenderedConversation {
    let writer = try writer(for: conversation, labels: .none)
    if let last = conversation.messages.last, last.role != .user, last.role != .tool {
      throw writer.refusal(
        of: conversation.messages.count - 1,
        "has the role `\(last.role.rawValue)` where a user message must ask",
        remedy: "end with a user message or a tool's result")
    }
    return writer.finish()
  }

  private func writer(for conversation: Conversation, labels: LabelPlan) throws -> SegmentWriter {
    var writer = try SegmentWriter(conversation, template: name, labels: labels, .tools)
    writer.begin(Self.begin)
    var next = Role.user
    var isFirstUser = true
    for (index, message) in conversation.messages.enumerated() {
      let place = SegmentWriter.Place(message: index, role: message.role)
      switch message.role {
      case .system where index == 0 && conversation.messages.count > 1: continue
      case .tool: try writeResult(message, at: place, in: &writer)
      case .assistant where !message.toolCalls.isEmpty: try writeCalls(at: place, in: &writer)
      case next where next == .user:
        try writeQuestion(at: place, of: conversation, opens: isFirstUser, in: &writer)
        isFirstUser = false
        next = .assistant
      case next:
        let text = try writer.text(of: index, isNemo ? .none : .both)
        writer.content(space + text, of: place)
        writer.endOfTurn(Self.end, of: place)
        next = .user
      default:
        throw writer.refusal(
          of: index,
          "has the role `\(message.role.rawValue)` where `\(next.rawValue)` must follow",
          remedy: "let user and assistant alternate, user first, behind one system message at most")
      }
    }
    return writer
  }

  private func writeQuestion(
    at place: SegmentWriter.Place, of conversation: Conversation, opens: Bool,
    in writer: inout SegmentWriter
  ) throws {
    if opens, !conversation.tools.isEmpty {
      writer.header(
        .control("[AVAILABLE_TOOLS]"),
        .text("\(space)[\(try Self.text(of: conversation.tools, writer))]"),
        .control("[/AVAILABLE_TOOLS]"), of: place)
    }
    writer.header(.control("[INST]"), .text(space), of: place)
    if opens, writer.role(of: 0) == .system {
      let system = SegmentWriter.Place(message: 0, role: .system)
      writer.content(try writer.text(of: 0), of: system)
      writer.separator("\n\n", of: system)
    }
    writer.content(try writer.text(of: place.message), of: place)
    writer.closing(.control("[/INST]"), of: place)
  }

  /// The tools as the published templates write them: a text among a function's values stands between
  /// quotation marks as it is.
  private static func text(of tools: [JSONValue], _ writer: SegmentWriter) throws -> String {
    try tools.map { tool in
      guard let function = tool["function"]?.object else {
        throw writer.refusal(
          of: 0, "stands beside a tool without a `function`",
          remedy: "give tools as {\"type\": \"function\", \"function\": {…}}")
      }
      let values = try function.pairs.filter { $0.key != "return" }.map { pair in
        let value = try pair.value.string.map { "\"\($0)\"" } ?? PythonJSON.text(pair.value)
        return "\"\(pair.key)\": " + value
      }
      return "{\"type\": \"function\", \"function\": {\(values.joined(separator: ", "))}}"
    }.joined(separator: ", ")
  }

  private func writeCalls(at place: SegmentWriter.Place, in writer: inout SegmentWriter) throws {
    if try !writer.text(of: place.message).isEmpty { writer.note(.contentLeftOut) }
    let calls = try writer.toolCalls(of: place.message).map { call in
      let id = try Self.name(call.id, of: place, writer)
      return
        "{\"name\": \(try PythonJSON.text(.string(call.name))), \"arguments\": \(call.arguments), "
        + "\"id\": \"\(id)\"}"
    }
    writer.toolCall(
      .control("[TOOL_CALLS]"), .text("\(space)[\(calls.joined(separator: ", "))]"), of: place)
    writer.endOfTurn(Self.end, of: place)
  }

  private func writeResult(
    _ message: Message, at place: SegmentWriter.Place, in writer: inout SegmentWriter
  ) throws {
    let id = try Self.name(message.toolCallID, of: place, writer)
    writer.header(.control("[TOOL_RESULTS]"), .text("\(space){\"content\": "), of: place)
    writer.content(try writer.text(of: place.message), of: place)
    writer.closing(.text(", \"call_id\": \"\(id)\"}"), of: place)
    writer.closing(.control("[/TOOL_RESULTS]"), of: place)
  }

  private static func name(
    _ id: String?, of place: SegmentWriter.Place, _ writer: SegmentWriter
  ) throws -> String {
    guard let id, id.unicodeScalars.count == callNameLength else {
      throw writer.refusal(
        of: place.message, "has a tool call whose `id` is \(id.map { "`\($0)`" } ?? "missing")",
        remedy: "name calls and their results by 9 letters or digits")
    }
    return id
  }
}
