/// What belongs to the pages of a script, not to its text: page numbers, `(MORE)`, `CONTINUED:`,
/// running headers.
enum ScriptPage {
  /// Whether a line, without the spaces at its ends, is a page number or a mark of continuation.
  static func isFurniture(_ line: String) -> Bool {
    isPageNumber(line) || isMore(line) || isContinued(line)
  }

  /// `12`, `12.`, `- 12 -`, `Page 3 of 40`.
  static func isPageNumber(_ line: String) -> Bool {
    var words = line.split(whereSeparator: { $0.isWhitespace || $0 == "." || $0 == "-" })
    if words.first?.lowercased() == "page" { words.removeFirst() }
    guard (1...3).contains(words.count), words[0].count <= 4 else { return false }
    if words.count == 3, words[1].lowercased() == "of" || words[1] == "/" { words.remove(at: 1) }
    return words.count <= 2
      && words.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
      && (words.count == 1 || line.lowercased().hasPrefix("page"))
  }

  /// `(MORE)`: the speech goes on behind the page's end.
  static func isMore(_ line: String) -> Bool {
    ["(more)", "more", "(more…)", "(more...)"].contains(line.lowercased())
  }

  /// `CONTINUED:`, `(CONTINUED)`, `12 CONTINUED: (2) 12`.
  static func isContinued(_ line: String) -> Bool {
    let letters = line.filter(\.isLetter)
    guard letters == "CONTINUED" else { return false }
    return line.allSatisfy { $0.isLetter || $0.isNumber || $0.isWhitespace || "():.".contains($0) }
  }

  /// How often a line must stand beside a page's border to be a running header.
  private static let fewestRepeats = 3

  /// The lines that stand beside page borders again and again: a title, a draft's date.
  ///
  /// - Parameter lines: without spaces at their ends; a form feed begins a page.
  static func runningHeaders(in lines: [String]) -> Set<String> {
    let filled = lines.filter { !$0.isEmpty }
    var counts: [String: Int] = [:]
    for (index, line) in filled.enumerated() where isPageNumber(line) || line.hasPrefix("\u{0C}") {
      let isBorder = line.hasPrefix("\u{0C}")
      let neighbours =
        isBorder
        ? [line.drop { $0 == "\u{0C}" }.description.trimmingSpaces()]
        : [index > 0 ? filled[index - 1] : "", index + 1 < filled.count ? filled[index + 1] : ""]
      for text in neighbours where !text.isEmpty && !isFurniture(text) {
        counts[text, default: 0] += 1
      }
    }
    var all: [String: Int] = [:]
    for line in filled where counts[line] != nil { all[line, default: 0] += 1 }
    let repeated = counts.filter { text, count in
      // A name may often stand below a page's number, but it stands elsewhere too.
      count >= fewestRepeats && count * 10 >= all[text, default: 0] * 9
        && ScriptHeading(text) == nil
    }
    return Set(repeated.keys)
  }
}
