internal import Artifacts
public import Conversations
internal import Tokenization

/// Qwen 2.5 and Qwen 3: ChatML with tools; 2.5 with a system message of its own where none stands,
/// 3 with thinking.
///
///     2.5   <|im_start|>system\nYou are Qwen, …<|im_end|>\n<|im_start|>user\nನಮಸ್ಕಾರ<|im_end|>\n…
///     3     …<|im_start|>assistant\n<think>\nthinking\n</think>\n\nanswer<|im_end|>\n
///     tools …answer\n<tool_call>\n{"name": "f", "arguments": {…}}\n</tool_call><|im_end|>\n
///           <|im_start|>user\n<tool_response>\n{…}\n</tool_response><|im_end|>\n
///
/// Qwen 3 shows the thinking of the answers behind the last question and leaves out that of earlier
/// turns; the last answer gets an empty block where it has none. Thinking may stand in
/// `reasoning_content` or, between `<think>` and `</think>`, in the content.
///
/// Source: `tokenizer_config.json` of Qwen2.5-7B-Instruct and Qwen3-0.6B.
public struct QwenTemplate: ChatTemplate {
  /// Which of the two.
  enum Generation: Sendable {
    case two5
    case three
  }

  private let generation: Generation
  let marks: Marks

  /// The marks inside messages.
  struct Marks: Sendable {
    let think: (open: TemplateMark, close: TemplateMark)
    let call: (open: TemplateMark, close: TemplateMark)
    let response: (open: TemplateMark, close: TemplateMark)

    init(_ tokenizer: some Tokenizer) {
      func pair(_ name: String) -> (open: TemplateMark, close: TemplateMark) {
        (TemplateMark("<\(name)>", tokenizer), TemplateMark("</\(name)>", tokenizer))
      }
      (think, call, response) = (pair("think"), pair("tool_call"), pair("tool_response"))
    }

    var tokens: [String] {
      [think.open, think.close, call.open, call.close, response.open, response.close]
        .compactMap(\.token)
    }
  }

  static let open = "<|im_start|>"
  private static let close = "<|im_end|>"
  static let defaultSystem =
    "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
  static let beforeTools =
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided "
    + "with function signatures within <tools></tools> XML tags:\n<tools>"
  static let behindTools =
    "\n</tools>\n\nFor each function call, return a json object with function name and arguments "
    + "within <tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, "
    + "\"arguments\": <args-json-object>}\n</tool_call>"

  init(_ generation: Generation, _ tokenizer: some Tokenizer) {
    self.generation = generation
    marks = Marks(tokenizer)
  }

  /// `qwen2.5` or `qwen3`.
  public var name: String { generation == .three ? "qwen3" : "qwen2.5" }
  /// None.
  public var beginToken: String? { nil }
  /// `<|im_end|>`.
  public var endOfTurnToken: String { Self.close }
  /// `<|im_start|>`, `<|im_end|>`, and those of the marks that the tokenizer has as control tokens.
  public var requiredSpecialTokens: [String] { [Self.open, Self.close] + marks.tokens }

  var hasThinking: Bool { generation == .three }

  /// Qwen 2.5's; Qwen 3 looks for thinking in the contents.
  public var placesContents: Bool { !hasThinking }

  /// Renders a conversation.
  public func render(
    _ conversation: Conversation, labels: LabelPlan
  ) throws -> RenderedConversation {
    try writer(for: conversation, labels: labels).finish()
  }

  /// Renders a conversation and `<|im_start|>assistant\n`; with `enable_thinking: false` among its
  /// template variables, Qwen 3 gets an empty block of thinking too.
  public func generationPrompt(for conversation: Conversation) throws -> RenderedConversation {
    var writer = try writer(for: conversation, labels: .none)
    let place = SegmentWriter.Place(message: conversation.messages.count, role: .assistant)
    writer.header(.control(Self.open), .text("assistant\n"), of: place)
    if hasThinking, conversation.chatTemplateArguments?["enable_thinking"]?.bool == false {
      for piece in thinking("") { writer.header(piece, of: place) }
    }
    return writer.finish()
  }

  private func writer(for conversation: Conversation, labels: LabelPlan) throws -> SegmentWriter {
    var writer = try SegmentWriter(
      conversation, template: name, labels: labels, hasThinking ? [.tools, .thinking] : .tools,
      arguments: hasThinking ? ["enable_thinking"] : [])
    let messages = conversation.messages
    try writeSystem(of: conversation, in: &writer)
    let lastQuestion = Self.lastQuestion(of: messages)
    for (index, message) in messages.enumerated() where index > 0 || message.role != .system {
      let place = SegmentWriter.Place(message: index, role: message.role)
      if message.role == .tool {
        try writeResult(at: place, of: messages, in: &writer)
        continue
      }
      writer.header(.control(Self.open), .text("\(message.role.rawValue)\n"), of: place)
      if message.role == .assistant {
        let shows: Shown =
          !hasThinking || index <= lastQuestion
          ? .never : index == messages.count - 1 ? .always : .some
        try writeAnswer(message, at: place, thinking: shows, in: &writer)
      } else {
        writer.content(try writer.text(of: index), of: place)
      }
      end(place, in: &writer)
    }
    return writer
  }

  func end(_ place: SegmentWriter.Place, in writer: inout SegmentWriter) {
    writer.endOfTurn(Self.close, of: place)
    writer.separator("\n", of: place)
  }

  /// The last message in which the user asks and does not hand a tool's result in.
  private static func lastQuestion(of messages: [Message]) -> Int {
    messages.lastIndex { message in
      guard message.role == .user, let text = message.content.text else { return false }
      return !(text.hasPrefix("<tool_response>") && text.hasSuffix("</tool_response>"))
    } ?? messages.count - 1
  }

  private func writeSystem(
    of conversation: Conversation, in writer: inout SegmentWriter
  ) throws {
    let isGiven = conversation.messages.first?.role == .system
    let place = SegmentWriter.Place(message: 0, role: .system)
    let tools = try pieces(of: conversation.tools)
    if isGiven {
      writer.header(.control(Self.open), .text("system\n"), of: place)
      let text = try writer.text(of: 0)
      writer.content(text, of: place)
      if !tools.isEmpty { writer.header(.text("\n\n"), of: place) }
      for piece in tools { writer.header(piece, of: place) }
      end(place, in: &writer)
    } else if !tools.isEmpty || !hasThinking {
      let text = hasThinking ? "" : Self.defaultSystem + (tools.isEmpty ? "" : "\n\n")
      writer.preamble(.control(Self.open), .text("system\n" + text), role: .system)
      for piece in tools { writer.preamble(piece, role: .system) }
      writer.preamble(.control(Self.close), .text("\n"), role: .system)
    }
  }

  /// The block that names the tools; nothing for none.
  private func pieces(of tools: [JSONValue]) throws -> [RenderedSegment.Piece] {
    guard !tools.isEmpty else { return [] }
    let texts = try tools.map { "\n" + (try PythonJSON.text($0)) }
    return [.text(Self.beforeTools + texts.joined())] + marked(Self.behindTools)
  }

  /// A text of the template with its marks for calls as they are encoded.
  private func marked(_ text: String) -> [RenderedSegment.Piece] {
    guard marks.call.open.token != nil || marks.call.close.token != nil else {
      return [.text(text)]
    }
    var pieces: [RenderedSegment.Piece] = []
    var rest = text[...]
    while let match = rest.firstMatch(of: /<\/?tool_call>/) {
      pieces.append(.text(String(rest[..<match.range.lowerBound])))
      pieces.append((match.output.hasPrefix("</") ? marks.call.close : marks.call.open).piece)
      rest = rest[match.range.upperBound...]
    }
    return pieces + [.text(String(rest))]
  }
}
