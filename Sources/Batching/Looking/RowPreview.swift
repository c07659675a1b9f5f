internal import Artifacts
package import Conversations
package import Tokenization

/// What a conversation, or a row that was written, becomes under a tokenizer and a template: for
/// looking before anything is sharded, and for comparing.
package struct RowPreview: Sendable {
  /// The tokenizer.
  package let tokenizer: any Tokenizer
  private let maker: SampleMaker?
  private let border: BorderRule

  /// A row, or why there is none.
  package struct Result: Sendable {
    /// The row.
    package var sample: LabeledSample?
    /// Why the conversation becomes no row, or what is other than in a row that is written.
    package var remarks: [String]

    /// A result.
    package init(sample: LabeledSample?, remarks: [String]) {
      self.sample = sample
      self.remarks = remarks
    }
  }

  /// A preview.
  ///
  /// - Throws: `invalidOption` if options clash or the tokenizer lacks a control token.
  package init(_ options: FormatOptions, tokenizer: any Tokenizer) throws {
    self.tokenizer = tokenizer
    border = options.border
    maker = try SampleMaker(options, tokenizer: tokenizer)
  }

  /// A preview that only makes other tokens of rows that are written: no template is needed.
  package init(encodingWith tokenizer: any Tokenizer, border: BorderRule) {
    self.tokenizer = tokenizer
    self.border = border
    maker = nil
  }

  /// Every control token of the templates, each once; none without templates.
  package var controlTokens: [String] {
    Array(Set((maker?.chooser.all ?? []).flatMap(\.requiredSpecialTokens))).sorted()
  }

  /// Whether the text of a control token stands in a message.
  package func hasControlText(_ conversation: Conversation) -> Bool {
    guard let maker else { return false }
    let outcome = try? maker.make(conversation)
    return outcome.map { !$0.controlTokenText.isEmpty } ?? false
  }

  /// The row of a conversation.
  package func row(of conversation: Conversation) -> Result {
    guard let maker else { return Result(sample: nil, remarks: ["no template is chosen"]) }
    do {
      let outcome = try maker.make(conversation)
      var remarks = outcome.changes.sorted { $0.key.rawValue < $1.key.rawValue }
        .map { "\($0.key.rawValue) × \($0.value)" }
      remarks += outcome.controlTokenText.sorted { $0.key < $1.key }
        .map { "`\($0.key)` in a message stays text × \($0.value)" }
      if let truncation = outcome.truncation {
        remarks.append("cut to \(maker.options.maxLength) tokens (\(truncation.rawValue))")
      }
      if outcome.sample == nil {
        remarks.append("dropped: \(outcome.droppedFor.rawValue), \(outcome.renderedTokens) tokens")
      }
      return Result(sample: outcome.sample, remarks: remarks)
    } catch { return Result(sample: nil, remarks: ["\(error)"]) }
  }

  /// The conversation that a row shows: its messages' contents as they were rendered. What the
  /// template left out of them cannot be known.
  package static func conversation(of record: ShardRecord) -> Conversation {
    let text = Array(record.sample.text.utf8)
    var messages: [(number: Int, role: Role, bytes: [UInt8])] = []
    for span in record.sample.spans where span.kind == .content {
      guard let role = span.role, let number = span.message else { continue }
      let piece = text[span.bytes.clamped(to: text.indices)]
      if messages.last?.number == number {
        messages[messages.count - 1].bytes += piece
      } else {
        messages.append((number, role, Array(piece)))
      }
    }
    return Conversation(
      id: record.sample.conversationID,
      messages: messages.map { Message($0.role, .text(String(decoding: $0.bytes, as: UTF8.self))) },
      language: record.language, tags: record.tags)
  }

  /// A written row's text under this tokenizer: the same template, other tokens.
  ///
  /// - Parameter controlTokens: the control tokens of the row's template. Those that the tokenizer
  ///   lacks are encoded as text, and said.
  package func reencoded(_ record: ShardRecord, controlTokens: [String]) -> Result {
    let known = controlTokens.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    let missing = known.filter { tokenizer.specialToken($0) == nil }
    let rendered = RenderedConversation(
      id: record.sample.conversationID, template: record.sample.template,
      segments: Self.segments(of: record.sample) { text in
        known.first { text.starts(with: $0.utf8) }.map { ($0, missing.contains($0)) }
      })
    let used = missing.filter { record.sample.text.contains($0) }
    do {
      let encoded = try SampleEncoder(tokenizer: tokenizer, border: border).encode(rendered)
      return Result(
        sample: encoded.sample,
        remarks: used.sorted().map { "the tokenizer has no control token `\($0)`: taken as text" })
    } catch { return Result(sample: nil, remarks: ["\(error)"]) }
  }

  /// The segments that a row was encoded from. Only what the template wrote can be a control token.
  private static func segments(
    of sample: LabeledSample,
    control: (ArraySlice<UInt8>) -> (text: String, isMissing: Bool)?
  ) -> [RenderedSegment] {
    let text = Array(sample.text.utf8)
    var segments: [RenderedSegment] = []
    for span in sample.spans {
      func add(_ piece: RenderedSegment.Piece) {
        segments.append(
          RenderedSegment(
            piece, span.kind, role: span.role, message: span.message,
            supervised: span.supervised, weight: span.weight))
      }
      var rest = text[span.bytes.clamped(to: text.indices)]
      var plain = rest.prefix(0)
      func addPlain() {
        if !plain.isEmpty { add(.text(String(decoding: plain, as: UTF8.self))) }
      }
      while !rest.isEmpty {
        if span.kind != .content, let (token, isMissing) = control(rest) {
          addPlain()
          add(isMissing ? .text(token) : .control(token))
          rest = rest.dropFirst(token.utf8.count)
          plain = rest.prefix(0)
        } else {
          rest = rest.dropFirst()
          plain = text[plain.startIndex..<rest.startIndex]
        }
      }
      addPlain()
    }
    return segments
  }
}
