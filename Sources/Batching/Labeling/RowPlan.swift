internal import Conversations
internal import Tokenization

/// How the rows of all conversations with the same roles are made: a template's outline in which all
/// that is the same in every row is encoded already.
///
///     outline   <|header|>  user  <|/header|> │ \n\n ⟨content 0⟩ │ <|eot|> │ … │ \n\n │ ⟨content 1⟩ │ <|eot|>
///     steps     fixed                     span│literal content    │ fixed …   fixed    content
///                                             │       span  encode span                span border  encode
///
/// Spans and labels are those that `RowEncoder` finds for the rendered conversation under
/// `cutAtAnswer`: the text between two control tokens is encoded in one go, but cut where an answer
/// begins or ends.
///
/// A class, so that a row that names its plan counts one reference; nothing changes behind `init`.
final class RowPlan {
  /// One step on the way through a row. Texts and tokens are ranges of the plan's, so that a step holds no
  /// memory of its own: it is taken once a row.
  enum Step: Equatable {
    /// Text with its tokens.
    case fixed(text: Range<Int>, ids: Range<Int>)
    /// Text that is encoded together with a content.
    case literal(Range<Int>)
    /// A message's content.
    case content(message: Int, SegmentWriter.Trimming)
    /// Encode the text since the last tokens.
    case encode
    /// A span ends here.
    case endSpan
    /// Text begins between two control tokens in which there will be borders.
    case beginRun
    /// A border of that text, which a token could lie across.
    case border
    /// That text ends.
    case endRun
  }

  /// The steps in order.
  private(set) var steps: [Step] = []
  /// The fixed and literal texts.
  private(set) var text: [UInt8] = []
  /// The tokens of the fixed texts.
  private(set) var ids: [TokenID] = []
  /// The spans in order, without their places.
  private(set) var spans: [SampleSpan] = []
  /// What the spans are in every row, as columns.
  private(set) var spanFields = SpanFields()
  /// Whether anything is trained on.
  private(set) var isTrainedOn = false

  /// The plan for an outline; `nil` if it cannot be followed without the text of the whole row.
  ///
  /// - Throws: `invalidOption` if the tokenizer lacks a control token.
  init?(_ outline: TemplateOutline, tokenizer: any Tokenizer) throws {
    let segments = outline.segments
    var index = 0
    while index < segments.count {
      if case .control(let text) = segments[index].rendered.piece {
        appendFixed(Array(text.utf8), [try tokenizer.controlToken(text)])
        endSegment(segments, index)
        index += 1
      } else {
        let first = index
        while index < segments.count, case .text = segments[index].rendered.piece { index += 1 }
        guard appendRun(segments, first..<index, tokenizer) else { return nil }
      }
    }
    for span in spans { spanFields.append(span) }
    isTrainedOn = spans.contains(where: \.supervised)
  }

  /// Appends the text between two control tokens.
  private func appendRun(
    _ segments: [TemplateOutline.Segment], _ run: Range<Int>, _ tokenizer: any Tokenizer
  ) -> Bool {
    let cuts = run.dropFirst().filter {
      segments[$0 - 1].rendered.isCut(before: segments[$0].rendered)
    }
    if !cuts.isEmpty { steps.append(.beginRun) }
    var start = run.lowerBound
    for end in cuts + [run.upperBound] {
      if start > run.lowerBound { steps.append(.border) }
      guard appendPiece(segments, start..<end, tokenizer) else { return false }
      start = end
    }
    if !cuts.isEmpty { steps.append(.endRun) }
    return true
  }

  /// Appends text that is encoded in one go.
  private func appendPiece(
    _ segments: [TemplateOutline.Segment], _ piece: Range<Int>, _ tokenizer: any Tokenizer
  ) -> Bool {
    let isSupervised = segments[piece.lowerBound].rendered.supervised
    guard piece.allSatisfy({ segments[$0].rendered.supervised == isSupervised }) else {
      return false
    }
    let parts = segments[piece].map(\.parts)
    if parts.count == 1, parts[0].count == 1, case .literal(let text) = parts[0][0] {
      appendFixed(text, tokenizer.encode(text).ids)
      endSegment(segments, piece.lowerBound)
      return true
    }
    for (index, parts) in zip(piece, parts) {
      for part in parts {
        switch part {
        case .literal(let bytes):
          steps.append(.literal(text.count..<text.count + bytes.count))
          text += bytes
        case .content(let message, let trimming):
          steps.append(.content(message: message, trimming))
        }
      }
      // The last span of a piece ends behind its tokens.
      if index + 1 < piece.upperBound { endSegment(segments, index) }
    }
    steps.append(.encode)
    endSegment(segments, piece.upperBound - 1)
    return true
  }

  /// Appends text with its tokens; such texts that follow one another are one step.
  private func appendFixed(_ bytes: [UInt8], _ tokens: [TokenID]) {
    var (firstByte, firstID) = (text.count, ids.count)
    text += bytes
    ids += tokens
    if case .fixed(let text, let ids)? = steps.last {
      (firstByte, firstID) = (text.lowerBound, ids.lowerBound)
      steps.removeLast()
    }
    steps.append(.fixed(text: firstByte..<text.count, ids: firstID..<ids.count))
  }

  /// Ends the span of a segment, unless the segment behind it continues it.
  private func endSegment(_ segments: [TemplateOutline.Segment], _ index: Int) {
    let span = SampleSpan(segments[index].rendered)
    if index + 1 < segments.count, span.canGrow(by: SampleSpan(segments[index + 1].rendered)) {
      return
    }
    spans.append(span)
    steps.append(.endSpan)
  }
}

extension SampleSpan {
  /// The span of a segment, without its place.
  fileprivate init(_ segment: RenderedSegment) {
    self.init(
      kind: segment.kind, role: segment.role, message: segment.message, bytes: 0..<0,
      tokens: 0..<0, supervised: segment.supervised, weight: segment.weight)
  }
}
