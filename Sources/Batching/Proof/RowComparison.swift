internal import Artifacts
internal import Conversations

/// Compares the rows of one conversation with it: its messages' text, and whether they are trained on
/// as their flags and the options say.
struct RowComparison: Sendable {
  /// What became of the messages.
  private(set) var changes: [ConversationAccount.Change: Int] = [:]
  /// What is wrong, a sentence each.
  private(set) var problems: [String] = []

  private let conversation: Conversation
  private let place: SourceLocation
  private let options: FormatOptions

  /// A comparison of which no row is known yet.
  init(_ conversation: Conversation, at place: SourceLocation, options: FormatOptions) {
    (self.conversation, self.place, self.options) = (conversation, place, options)
  }

  /// Compares one of its rows.
  mutating func compare(with sample: LabeledSample) {
    let text = Array(sample.text.utf8)
    var own: [Int: [UInt8]] = [:]
    for span in sample.spans where span.kind.isSaid {
      guard let message = span.message else { continue }
      own[message, default: []] += text[span.bytes.clamped(to: text.indices)]
    }
    if let foreign = own.keys.filter({ !conversation.messages.indices.contains($0) }).min() {
      note("the row has a message \(foreign), which the conversation has not")
    }
    for (index, message) in conversation.messages.enumerated() {
      let comparison = MessageComparison(
        message: message, rendered: own[index], row: text, isCut: isCut(index, in: sample),
        endsRow: sample.endsInside(of: index),
        isFramed: sample.spans.contains { $0.message == index })
      let change = comparison.change
      changes[change, default: 0] += 1
      if change == .differs { note("message \(index) stands in the row as other text") }
      checkLabels(of: index, in: sample)
    }
  }

  /// Whether the row was cut inside of a message.
  private func isCut(_ index: Int, in sample: LabeledSample) -> Bool {
    options.truncation == .right && sample.endsInside(of: index)
  }

  private mutating func note(_ problem: String) { problems.append("\(place): \(problem)") }

  /// What the options and a message's flags say must be what its content's spans say.
  private mutating func checkLabels(of index: Int, in sample: LabeledSample) {
    let message = conversation.messages[index]
    let weight = Float(message.weight ?? 1)
    let chosen: Bool
    switch options.trainOn {
    case .assistant: chosen = message.role == .assistant
    case .lastAssistant:
      chosen = index == conversation.messages.lastIndex { $0.role == .assistant }
    case .all: chosen = true
    // What follows the text is found by its own rule; the proof checks it against the spans.
    case .responseTemplate: return
    }
    let wanted = (message.supervised ?? chosen) && weight > 0
    let spans = sample.spans.filter { $0.message == index && $0.kind == .content }
    if spans.contains(where: { $0.supervised != wanted }) {
      note("message \(index) is \(wanted ? "not " : "")trained on, against its flags")
    }
    if wanted, spans.contains(where: { $0.supervised && $0.weight != weight }) {
      note("message \(index) has another weight than \(weight)")
    }
  }
}
