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
  /// template left out of them cannot be known; thinking and tool calls are not taken back apart.
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

  /// A row's text under this tokenizer: the same template, other tokens.
  ///
  /// - Parameter picture: the row under its own tokenizer: what is a control token there is one here.
  ///   Those that this tokenizer lacks are encoded as text, and said.
  package func reencoded(_ record: ShardRecord, _ picture: RowPicture) -> Result {
    guard let controls = picture.controlRanges else {
      return Result(sample: nil, remarks: ["the row's tokens do not decode to its text"])
    }
    var missing: Set<String> = []
    let segments = Self.segments(of: record.sample, controls: controls) { token in
      if tokenizer.specialToken(token) != nil { return .control(token) }
      missing.insert(token)
      return .text(token)
    }
    let rendered = RenderedConversation(
      id: record.sample.conversationID, template: record.sample.template, segments: segments)
    do {
      let encoded = try SampleEncoder(tokenizer: tokenizer, border: border).encode(rendered)
      return Result(
        sample: encoded.sample,
        remarks: missing.sorted().map {
          "the tokenizer has no control token `\($0)`: taken as text"
        })
    } catch { return Result(sample: nil, remarks: ["\(error)"]) }
  }

  /// The segments that a row was encoded from.
  private static func segments(
    of sample: LabeledSample, controls: [Range<Int>], piece: (String) -> RenderedSegment.Piece
  ) -> [RenderedSegment] {
    let text = Array(sample.text.utf8)
    var segments: [RenderedSegment] = []
    var controls = controls[...]
    for span in sample.spans {
      func add(_ range: Range<Int>, _ make: (String) -> RenderedSegment.Piece) {
        guard !range.isEmpty else { return }
        segments.append(
          RenderedSegment(
            make(String(decoding: text[range], as: UTF8.self)), span.kind, role: span.role,
            message: span.message, supervised: span.supervised, weight: span.weight))
      }
      let range = span.bytes.clamped(to: text.indices)
      var start = range.lowerBound
      while let control = controls.first, control.upperBound <= range.upperBound {
        add(start..<max(start, control.lowerBound)) { .text($0) }
        add(control, piece)
        start = control.upperBound
        controls.removeFirst()
      }
      add(start..<max(start, range.upperBound)) { .text($0) }
    }
    return segments
  }
}
