extension Inspection {
  /// The cast that is listed.
  private static let mostSpeakers = 20
  /// How much of a message is shown, in characters.
  private static let longestExcerpt = 160

  /// The inspection for people, several lines.
  public var text: String {
    var lines = ["\(path): \(kind.rawValue)" + Self.list(reasons, " (", ")")]
    if !doubts.isEmpty { lines.append("unsure: \(doubts.joined(separator: "; "))") }
    let packing = compression == "none" ? "" : ", \(compression)"
    lines.append("encoding: \(encoding)\(packing)")
    lines.append("languages: " + languagesText)
    if !cast.isEmpty { lines.append("cast: " + castText) }
    if let lookedAt { lines.append("looked at the first \(lookedAt) records only") }
    lines.append(report.summary)
    for drop in dropped { lines.append("  \(path):\(drop.line): \(drop.reason): \(drop.detail)") }
    if let stop { lines.append("the import would stop: \(stop)") }
    if needsAssistant {
      lines.append("no assistant is chosen: the samples take the last speaker of each scene")
    }
    for (index, sample) in samples.enumerated() {
      lines.append("sample \(index + 1): \(sample.id)")
      lines += sample.messages.map(Self.line)
    }
    return lines.joined(separator: "\n")
  }

  private var languagesText: String {
    languages.isEmpty
      ? "none" : languages.map { "\($0.tag) \($0.conversations)" }.joined(separator: ", ")
  }

  private var castText: String {
    let shown = cast.prefix(Self.mostSpeakers).map {
      "\($0.name) (\($0.lines) \($0.lines == 1 ? "line" : "lines"))"
    }
    let rest = cast.count - shown.count
    return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }

  private static func line(_ message: Message) -> String {
    let name = message.name.map { " (\($0))" } ?? ""
    let text = (message.content.text ?? "…").replacing("\n", with: " ⏎ ")
    let excerpt = text.count > longestExcerpt ? text.prefix(longestExcerpt) + "…" : text[...]
    return "  \(message.role.rawValue)\(name): \(excerpt)"
  }

  private static func list(_ items: [String], _ before: String, _ after: String) -> String {
    items.isEmpty ? "" : before + items.joined(separator: "; ") + after
  }
}
