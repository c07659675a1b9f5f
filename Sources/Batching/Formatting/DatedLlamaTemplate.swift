internal import Artifacts
public import Conversations

/// Llama 3.1, 3.2 and 3.3: Llama 3 with a system message that names two days, always there, and with
/// tools.
///
///     <|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n
///     Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\nS<|eot_id|>
///     <|start_header_id|>user<|end_header_id|>\n\nನಮಸ್ಕಾರ<|eot_id|>…
///
/// Contents are trimmed. The day is that of the options, or of the conversation's `date_string`, else
/// 26 July 2024: never that of the clock. Tools stand in the first user message; an answer calls one
/// tool at most, without text beside it; a tool's result is written as a JSON string.
///
/// Source: `tokenizer_config.json` of Llama-3.1-8B-Instruct, Llama-3.2-3B-Instruct and
/// Llama-3.3-70B-Instruct, which write the same bytes for what is rendered here.
public struct DatedLlamaTemplate: ChatTemplate {
  /// `llama3.1`, `llama3.2` or `llama3.3`.
  public let name: String
  private let date: TemplateDate

  private static let begin = "<|begin_of_text|>"
  private static let open = "<|start_header_id|>"
  private static let close = "<|end_header_id|>"
  private static let end = "<|eot_id|>"
  private static let environment = "Environment: ipython\n"
  private static let knowledge = "Cutting Knowledge Date: December 2023\nToday Date: "
  private static let guidance =
    "Given the following functions, please respond with a JSON for a function call with its proper "
    + "arguments that best answers the given prompt.\n\nRespond in the format {\"name\": function "
    + "name, \"parameters\": dictionary of argument name and its value}.Do not use variables.\n\n"

  /// The template under one of its names.
  ///
  /// - Parameter date: the day that it writes; `nil` is 26 July 2024, as its authors chose.
  init(name: String, date: TemplateDate?) {
    self.name = name
    self.date = date ?? .llamaDefault
  }

  /// `<|begin_of_text|>`.
  public var beginToken: String? { Self.begin }
  /// `<|eot_id|>`.
  public var endOfTurnToken: String { Self.end }
  /// The four control tokens of the format.
  public var requiredSpecialTokens: [String] { [Self.begin, Self.open, Self.close, Self.end] }

  /// Yes: results of tools, whose content it does write otherwise, are no plain rows.
  public var placesContents: Bool { true }

  /// The same in Jinja, with the day as the one that is written if none is given.
  public var jinja: String {
    func header(_ role: String) -> String {
      "'\(Self.open)' + \(role) + '\(Self.close)\\n\\n'"
    }
    let end = "'\(Self.end)'"
    return "{{- '\(Self.begin)' -}}"
      + "{%- if date_string is not defined -%}{%- set date_string = '\(date.dayMonthYear)' -%}{%- endif -%}"
      + "{{- \(header("'system'")) -}}"
      + "{%- if tools -%}{{- \(JinjaText.literal(Self.environment)) -}}{%- endif -%}"
      + "{{- \(JinjaText.literal(Self.knowledge)) + date_string + '\\n\\n' -}}"
      + "{%- set state = namespace(tools=tools) -%}"
      + "{%- for message in messages -%}" + JinjaText.contentOrNone
      + "{%- if message['role'] == 'system' and loop.first -%}{{- content | trim -}}{%- endif -%}"
      + "{%- if loop.first -%}{{- \(end) -}}{%- endif -%}"
      + "{%- if message['role'] == 'system' and loop.first -%}"
      + "{%- elif state.tools -%}"
      + "{%- if message['role'] != 'user' -%}"
      + "{{- raise_exception('tools need a user message that comes first') -}}{%- endif -%}"
      + "{{- \(header("'user'")) + \(JinjaText.literal(Self.guidance)) -}}"
      + "{%- for tool in tools -%}{{- tool | tojson(indent=4) + '\\n\\n' -}}{%- endfor -%}"
      + "{{- content | trim + \(end) -}}{%- set state.tools = false -%}"
      + "{%- elif message['role'] == 'tool' -%}"
      + "{{- \(header("'ipython'")) + content | tojson + \(end) -}}"
      + "{%- elif message['role'] == 'assistant' and \(JinjaText.hasCalls) -%}"
      + "{%- if message['tool_calls'] | length > 1 -%}"
      + "{{- raise_exception('an answer calls one tool at most') -}}{%- endif -%}"
      + "{%- set called = message['tool_calls'][0] -%}" + JinjaText.call
      + "{{- \(header("'assistant'")) + '{\"name\": \"' + call.name + '\", \"parameters\": ' -}}"
      + "{{- \(ToolCall.argumentsInJinja) + '}' + \(end) -}}"
      + "{%- elif message['role'] in ['system', 'user', 'assistant'] -%}"
      + "{{- \(header("message['role']")) + content | trim + \(end) -}}"
      + "{%- else -%}{{- raise_exception('the role ' + message['role'] + ' has no form') -}}"
      + "{%- endif -%}{%- endfor -%}"
      + "{%- if state.tools -%}{{- raise_exception('tools need a user message') -}}{%- endif -%}"
      + "{%- if add_generation_prompt -%}{{- \(header("'assistant'")) -}}{%- endif -%}"
  }

  /// Renders a conversation.
  public func render(
    _ conversation: Conversation, labels: LabelPlan
  ) throws -> RenderedConversation {
    try writer(for: conversation, labels: labels).finish()
  }

  /// Renders a conversation and the assistant's header.
  public func generationPrompt(for conversation: Conversation) throws -> RenderedConversation {
    var writer = try writer(for: conversation, labels: .none)
    header("assistant", of: .init(message: conversation.messages.count, role: .assistant), &writer)
    return writer.finish()
  }

  private func writer(for conversation: Conversation, labels: LabelPlan) throws -> SegmentWriter {
    var writer = try SegmentWriter(
      conversation, template: name, labels: labels, .tools, arguments: ["date_string"])
    writer.begin(Self.begin)
    var tools = conversation.tools
    try writeSystem(of: conversation, in: &writer)
    for (index, message) in conversation.messages.enumerated() {
      if index == 0 && message.role == .system { continue }
      let place = SegmentWriter.Place(message: index, role: message.role)
      guard tools.isEmpty || message.role == .user else {
        throw writer.refusal(
          of: index, "comes where tools need a user message",
          remedy: "let a user message come first, or leave `tools` out")
      }
      try write(message, at: place, tools: tools, in: &writer)
      tools = []
    }
    guard tools.isEmpty else {
      throw writer.refusal(of: 0, "stands alone beside tools", remedy: "add a user message")
    }
    return writer
  }

  private func writeSystem(
    of conversation: Conversation, in writer: inout SegmentWriter
  ) throws {
    let day = conversation.chatTemplateArguments?["date_string"]?.string ?? date.dayMonthYear
    let text =
      (conversation.tools.isEmpty ? "" : Self.environment) + Self.knowledge + day + "\n\n"
    guard conversation.messages.first?.role == .system else {
      return writer.preamble(
        .control(Self.open), .text("system"), .control(Self.close), .text("\n\n" + text),
        .control(Self.end), role: .system)
    }
    let place = SegmentWriter.Place(message: 0, role: .system)
    header("system", of: place, &writer)
    writer.header(.text(text), of: place)
    writer.content(try writer.text(of: 0, .both), of: place)
    writer.endOfTurn(Self.end, of: place)
  }

  private func write(
    _ message: Message, at place: SegmentWriter.Place, tools: [JSONValue],
    in writer: inout SegmentWriter
  ) throws {
    header(message.role == .tool ? "ipython" : message.role.rawValue, of: place, &writer)
    if !tools.isEmpty {
      let texts = try tools.map { try PythonJSON.text($0, indent: 4) + "\n\n" }
      writer.header(.text(Self.guidance + texts.joined()), of: place)
    }
    if message.role == .assistant && !message.toolCalls.isEmpty {
      try writeCall(at: place, in: &writer)
    } else if message.role == .tool {
      writer.content(try PythonJSON.text(.string(try writer.text(of: place.message))), of: place)
      writer.note(.resultAsJSON)
    } else {
      writer.content(try writer.text(of: place.message, .both), of: place)
    }
    writer.endOfTurn(Self.end, of: place)
  }

  private func writeCall(at place: SegmentWriter.Place, in writer: inout SegmentWriter) throws {
    let calls = try writer.toolCalls(of: place.message)
    guard let call = calls.first, calls.count == 1 else {
      throw writer.refusal(
        of: place.message, "calls \(calls.count) tools at once", remedy: "let it call one")
    }
    if try !writer.text(of: place.message).isEmpty { writer.note(.contentLeftOut) }
    writer.toolCall(
      .text("{\"name\": \"\(call.name)\", \"parameters\": \(call.arguments)}"), of: place)
  }

  private func header(
    _ role: String, of place: SegmentWriter.Place, _ writer: inout SegmentWriter
  ) {
    writer.header(
      .control(Self.open), .text(role), .control(Self.close), .text("\n\n"), of: place)
  }
}
