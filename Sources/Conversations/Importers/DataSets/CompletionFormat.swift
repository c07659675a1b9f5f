internal import Artifacts

/// Rows of a prompt and its completion, whatever the two columns are called.
///
/// A row without any answer (TRL's prompt-only sets, MT-bench's questions) becomes a conversation of
/// user messages. Numbers are taken as text: a price is a completion too.
///
/// Sources: TRL, "Dataset formats"; axolotl, "Instruction Tuning"; LLaMA-Factory,
/// `data/dataset_info.json`.
struct CompletionFormat: RowFormat {
  /// The columns of one layout.
  struct Layout: Sendable {
    var prompt: String
    var completion: String
    var context: String?

    init(_ prompt: String, _ completion: String, context: String? = nil) {
      self.prompt = prompt
      self.completion = completion
      self.context = context
    }

    /// What a row must have.
    var needed: [String] { [prompt, completion] + (context.map { [$0] } ?? []) }
  }

  /// Layouts in the order in which they are looked for; ours is the first.
  static let layouts = [
    Layout("prompt", "completion"),
    Layout("prompt", "response"),  // LLaMA-Factory's own names
    Layout("question", "answer", context: "context"),  // axolotl: context_qa.load_v2
    Layout("question", "answer", context: "article"),  // axolotl: context_qa
    Layout("question", "answer"),  // axolotl: alpaca_chat.load_qa
    Layout("question", "response"),  // OpenOrca
    Layout("instruction", "response", context: "input"),  // axolotl: gpteacher
    Layout("INSTRUCTION", "RESPONSE"),  // axolotl: oasst
    Layout("query", "response"),
    Layout("prompt", "answer"),
    Layout("prompt", "output"),
    Layout("prompt", "generation"),  // axolotl: metharme
    Layout("message_1", "message_2"),  // axolotl: load_camel_ai
    Layout("article", "summary"),  // axolotl: summarizetldr
    Layout("document", "summary"),
    Layout("content", "summary"),  // LLaMA-Factory: adgen
    Layout("input", "output"),
    Layout("input", "target"),  // LLaMA-Factory: firefly
    Layout("inputs", "targets"),  // FLAN
    Layout("source", "target"),
  ]

  private let columns: ColumnNames

  init(_ columns: ColumnNames) { self.columns = columns }

  func read(_ row: JSONValue) throws -> RowReading {
    if let reading = try PricerFormat(columns).reading(of: row) { return reading }
    guard let layout = layout(of: row) else { return try promptOnly(row) }
    return try InstructionFormat(
      instruction: layout.prompt, context: layout.context ?? columns["context"],
      response: layout.completion, category: columns["category"], numbersAreText: true, columns
    ).read(row)
  }

  /// The layout that a row has.
  func layout(of row: JSONValue) -> Layout? {
    let mapped = Layout(columns["prompt"], columns["completion"])
    if !columns.map.isEmpty, has(mapped, row) { return mapped }
    return Self.layouts.first { has($0, row) }
  }

  private func has(_ layout: Layout, _ row: JSONValue) -> Bool {
    layout.needed.allSatisfy { row[$0] != nil }
  }

  /// A row that only asks: a text, a list of messages, or a list of texts that are asked in turn.
  private func promptOnly(_ row: JSONValue) throws -> RowReading {
    var fields = try FieldReader(row, of: "the row", nullIsAbsent: true)
    var reader = MessageListReader(columns)
    var conversation = Conversation(id: "", messages: try turns(in: &fields))
    let name = columns["prompt"]
    if conversation.messages.isEmpty {
      if let list = fields.peek(name)?.array {
        _ = fields.value(name)
        conversation.messages = try reader.messages(of: list, key: "`\(name)`")
      } else {
        guard !fields.has(columns["completion"]) else { throw missing(name) }
        conversation.messages = [Message(.user, .text(try fields.requiredText(name)))]
      }
    }
    let category = try fields.string(columns["category"])
    conversation.tags = category.map { $0.isBlank ? [] : [$0] } ?? []
    try RowExtras(columns).complete(&conversation, from: &fields)
    return RowReading(conversation, unused: fields.unused + reader.unusedKeys)
  }

  private func missing(_ name: String) -> RowFault {
    RowFault(
      .missingField, "the row has no `\(name)`", remedy: "add `\(name)`, or map a column to it")
  }

  /// MT-bench's questions: `turns` are asked one after another.
  private func turns(in fields: inout FieldReader) throws -> [Message] {
    guard !fields.has(columns["prompt"]) else { return [] }
    let name = columns["turns"]
    return try (fields.list(name) ?? []).map { turn in
      guard let text = turn.string else { throw fields.wrongType(name, turn, "give texts") }
      return Message(.user, .text(text))
    }
  }
}
