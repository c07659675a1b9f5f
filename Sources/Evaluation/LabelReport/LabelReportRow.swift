internal import Batching
internal import Conversations
internal import Tokenization

/// A row on the page: its conversation, and below it every token with its label.
struct LabelReportRow: Sendable {
  private let place: ShardSample.Row
  private let record: ShardRecord
  private let picture: LabelMaskPicture

  init(place: ShardSample.Row, record: ShardRecord, tokenizer: some Tokenizer) {
    (self.place, self.record) = (place, record)
    picture = LabelMaskPicture(
      record.sample, isSpecial: tokenizer.isSpecial, bytes: { tokenizer.bytes(of: $0) })
  }

  var html: HTML {
    let known = [record.language, record.source].compactMap { $0 } + record.tags
    let title =
      ([place.split.rawValue + " row \(place.row)", record.sample.conversationID] + known)
      .joined(separator: " · ")
    return """
      <details class="row" open><summary>\(title)</summary>
      \(HTML.joined(messages))
      <div lang="\(TextLanguage.tag(of: record.sample.text, known: record.language))">\(picture.html)</div>
      </details>
      """
  }

  /// What each message says, in order, with what is trained on marked.
  private var messages: [HTML] {
    let text = Array(record.sample.text.utf8)
    var order: [Int] = []
    var pieces: [Int: [SampleSpan]] = [:]
    for span in record.sample.spans where span.kind.isSaid {
      let message = span.message ?? -1
      if pieces[message] == nil { order.append(message) }
      pieces[message, default: []].append(span)
    }
    return order.map { message in
      let spans = pieces[message] ?? []
      let parts = spans.map { span -> HTML in
        let part = String(decoding: text[span.bytes.clamped(to: text.indices)], as: UTF8.self)
        return span.supervised ? "<mark>\(part)</mark>" : "\(part)"
      }
      let whole = spans.map {
        String(decoding: text[$0.bytes.clamped(to: text.indices)], as: UTF8.self)
      }
      .joined()
      let supervised = spans.contains { $0.supervised } ? " supervised" : ""
      let role = spans.first?.role?.rawValue ?? "text"
      return """
        <div class="message\(supervised)" lang="\(TextLanguage.tag(of: whole, known: record.language))">\
        <span class="role" lang="en">\(role)</span>\(HTML.joined(parts, separator: ""))</div>
        """
    }
  }
}

/// The language in which a browser shall set a text: by its letters, since a font is chosen for these.
enum TextLanguage {
  /// `kn` or `te` by the script that most of the letters are in, else the known language, else `en`.
  static func tag(of text: String, known: String?) -> String {
    var (kannada, telugu, other) = (0, 0, 0)
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0C80...0x0CFF: kannada += 1
      case 0x0C00...0x0C7F: telugu += 1
      case 0x41...0x5A, 0x61...0x7A: other += 1
      default: continue
      }
    }
    if kannada > 0 || telugu > 0 { return kannada >= telugu ? "kn" : "te" }
    return other > 0 ? "en" : known ?? "en"
  }
}
