internal import Conversations

/// What a template writes for every conversation whose messages have certain roles and are plain text:
/// its segments, with places for the contents.
///
///     roles      user, assistant
///     outline    <s> │ [INST] │ ␣ ⟨content 0, trimmed⟩ │ [/INST] │ ␣ ⟨content 1, trimmed⟩ │ </s>
///
/// It is taken from what the template itself renders for contents that no text can be taken for, so
/// nothing is said twice. Only of templates that place contents without looking at them
/// (`ChatTemplate.placesContents`), and for contents that are not blank.
struct TemplateOutline {
  /// A part of a segment's text.
  enum Part: Equatable {
    /// What the template writes.
    case literal([UInt8])
    /// A message's content.
    case content(message: Int, SegmentWriter.Trimming)
  }

  /// A segment whose text is made of parts; a control token has none.
  struct Segment {
    let rendered: RenderedSegment
    let parts: [Part]
  }

  let segments: [Segment]

  /// The outline for messages of these roles; `nil` if the template has no form for them, or
  /// leaves a content out, repeats it or changes it.
  ///
  /// - Parameter plan: decides the labels.
  init?(
    of template: any ChatTemplate, roles: [Role], plan: (Conversation) throws -> LabelPlan
  ) {
    guard template.placesContents else { return nil }
    let messages = roles.enumerated().map { Message($1, .text(Probe(message: $0).text)) }
    let conversation = Conversation(id: "outline", messages: messages)
    guard let plan = try? plan(conversation),
      let rendered = try? template.render(conversation, labels: plan)
    else { return nil }
    var segments: [Segment] = []
    var places: [Int] = []
    for segment in rendered.segments {
      guard case .text(let text) = segment.piece else {
        segments.append(Segment(rendered: segment, parts: []))
        continue
      }
      guard let parts = Self.parts(of: Array(text.utf8), segment.message) else { return nil }
      for case .content(let message, _) in parts { places.append(message) }
      segments.append(Segment(rendered: segment, parts: parts))
    }
    guard places.sorted() == Array(roles.indices) else { return nil }
    self.segments = segments
  }

  /// The parts of a text in which the content of one message may stand, its own.
  private static func parts(of text: [UInt8], _ message: Int?) -> [Part]? {
    let probe = message.map { Probe(message: $0) }
    guard let message, let probe, let core = text.firstRange(of: probe.core) else {
      return text.contains(Probe.mark) ? nil : [.literal(text)]
    }
    let (before, behind) = (text[..<core.lowerBound], text[core.upperBound...])
    let keepsStart = before.reversed().starts(with: Probe.space.reversed())
    let keepsEnd = behind.starts(with: Probe.space)
    guard keepsStart || !keepsEnd else { return nil }
    let trimming: SegmentWriter.Trimming = keepsEnd ? .none : keepsStart ? .end : .both
    let left = Array(before.dropLast(keepsStart ? Probe.space.count : 0))
    let right = Array(behind.dropFirst(keepsEnd ? Probe.space.count : 0))
    guard !left.contains(Probe.mark), !right.contains(Probe.mark) else { return nil }
    return [.literal(left), .content(message: message, trimming), .literal(right)]
      .filter { $0 != .literal([]) }
  }

  /// A content that no template writes: a number between characters of private use, with white space around it
  /// that shows whether the template trims.
  private struct Probe {
    /// The first byte of those characters; a template that writes one with it has no outline.
    static let mark: UInt8 = 0xEE
    static let space = Array("\u{2003}".utf8)

    let core: [UInt8]

    var text: String {
      String(decoding: Self.space + core + Self.space, as: UTF8.self)
    }

    init(message: Int) { core = Array("\u{E000}\(message)\u{E001}".utf8) }
  }
}
