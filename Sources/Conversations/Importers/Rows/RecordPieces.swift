internal import Artifacts

/// The bytes of a record around its messages, in the order of `Conversation.json`.
struct RecordPieces {
  /// A system message that the options put before conversations without one.
  struct SystemPrompt {
    let message: [UInt8]
    /// 1 if it looks as if it held a control token.
    let tokens: Int
  }

  let systemPrompt: SystemPrompt?
  private let beforeNumber: [UInt8]
  private let beforeRecord: [UInt8]
  private let behindRecord: [UInt8]
  private let tags: [String]
  private let optionTags: [UInt8]

  static let firstPart: StaticString = #"[{"type":"text","text":""#
  static let secondPart: StaticString = #""},{"type":"text","text":"\n\n"#
  static let endOfParts: StaticString = #""}]}"#
  static let endOfText: StaticString = #""}"#
  static let quote: StaticString = #"""#

  init(_ completion: RecordCompletion) {
    let source = completion.source
    let options = completion.options
    beforeNumber =
      Array(#"{"id":"#.utf8) + JSONValue.string(source.names.id).compact.dropLast()
      + Array("-".utf8)
    let licence = options.licence.map { #","licence":"# + JSONValue.string($0).compactString } ?? ""
    beforeRecord = Array(
      (#","provenance":{"source":"# + JSONValue.string(source.name).compactString + licence
        + #","record":"#).utf8)
    behindRecord = Array((#","digest":"\#(source.digest)"}}"# + "\n").utf8)
    tags = options.tags
    optionTags = Array(tags.map { JSONValue.string($0).compact }.joined(separator: Array(",".utf8)))
    systemPrompt = options.systemPrompt.map { prompt in
      SystemPrompt(
        message: Message(.system, .text(prompt)).json.compact,
        tokens: ControlTokenText.isFound(in: prompt) ? 1 : 0)
    }
  }

  /// `{"role":"user","content":`.
  static func opening(_ role: Role) -> StaticString {
    switch role {
    case .system: #"{"role":"system","content":"#
    case .user: #"{"role":"user","content":"#
    case .assistant: #"{"role":"assistant","content":"#
    case .tool: #"{"role":"tool","content":"#
    }
  }

  /// Writes what stands before the messages.
  func begin(_ output: JSONOutput, number: Int) {
    output.append(beforeNumber)
    output.append(decimal: number)
    output.append(#"","messages":["#)
  }

  /// Writes what stands behind the messages, and the line end.
  func end(
    _ output: JSONOutput, number: Int, language: String?,
    category: UnsafeBufferPointer<UInt8>?
  ) {
    output.append("]")
    if let language {
      output.append(#","language":""#)
      var language = language
      language.withUTF8 { _ = output.appendEscaped($0) }
      output.append(Self.quote)
    }
    writeTags(output, category)
    output.append(beforeRecord)
    output.append(decimal: number)
    output.append(behindRecord)
  }

  private func writeTags(_ output: JSONOutput, _ category: UnsafeBufferPointer<UInt8>?) {
    let category = category.flatMap { isTag($0) ? $0 : nil }
    guard category != nil || !tags.isEmpty else { return }
    output.append(#","tags":["#)
    output.append(optionTags)
    if let category {
      if !tags.isEmpty { output.append(",") }
      output.append(Self.quote)
      output.appendEscaped(category)
      output.append(Self.quote)
    }
    output.append("]")
  }

  /// Whether a category says something that the options' tags do not say.
  private func isTag(_ category: UnsafeBufferPointer<UInt8>) -> Bool {
    !RowConverter.isBlank(category)
      && (tags.isEmpty || !tags.contains(String(decoding: category, as: UTF8.self)))
  }
}
