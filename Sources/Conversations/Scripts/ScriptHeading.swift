/// A scene heading as it stands in the text of a Celtx or PDF document.
///
/// ```
/// 1<tab>INT. KITCHEN - DAY        12 EXT. STREET - NIGHT 12        INT. KITCHEN - DAY 1 1
/// I N T .  K I T C H E N
/// ```
///
/// The scene number stands at the left margin, at the right one, or at both; taken out of a PDF both
/// may end up behind the heading.
struct ScriptHeading: Equatable {
  /// The heading without numbers.
  var text: String
  /// The scene number that both margins have, or the left one.
  var number: String?
  /// A single number at the end: a scene number only if the file's other headings have one too.
  var trailing: String?

  /// The heading that a line is; `nil` if it is none.
  init?(_ line: String) {
    var words = Self.withoutSpacing(line).split(whereSeparator: \.isWhitespace).map(String.init)
    guard words.count <= Self.mostWords else { return nil }
    var leading: String?
    if let first = words.first.map(Self.withoutStop), Self.isNumber(first), words.count > 1 {
      leading = first
      words.removeFirst()
    }
    guard FountainLine.isSceneHeading(words.joined(separator: " ")) else { return nil }
    var ends: [String] = []
    while words.count > 1, ends.count < 2, let last = words.last, Self.isNumber(last) {
      ends.insert(last, at: 0)
      words.removeLast()
    }
    (number, trailing) = (leading, nil)
    if ends.count == 2, ends[0] == ends[1] {
      number = ends[0]
    } else if let last = ends.last, leading == last {
      words += ends.dropLast()
    } else {
      words += ends.dropLast()
      trailing = ends.last
    }
    text = words.joined(separator: " ")
  }

  /// The heading with its trailing number taken for a part of its text, as in `INT. ROOM 12`.
  var withTrailingText: ScriptHeading {
    var heading = self
    heading.text += trailing.map { " " + $0 } ?? ""
    heading.trailing = nil
    return heading
  }

  /// Longer lines are prose that begins like a heading.
  private static let mostWords = 40

  /// `12`, `12A`, `A12`: up to four digits with at most two capitals.
  static func isNumber(_ word: String) -> Bool {
    let digits = word.utf8.count { (0x30...0x39).contains($0) }
    let letters = word.utf8.count { (0x41...0x5A).contains($0) }
    return (1...4).contains(digits) && letters <= 2 && digits + letters == word.utf8.count
  }

  private static func withoutStop(_ word: String) -> String {
    word.hasSuffix(".") || word.hasSuffix(")") ? String(word.dropLast()) : word
  }

  /// A line without the spaces between its letters: `I N T .  H A L L` is `INT. HALL`. Two spaces or
  /// more part words; where there are none, a full stop and a hyphen do.
  static func withoutSpacing(_ line: String) -> String {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count >= 4, words.count(where: { $0.count == 1 }) * 10 >= words.count * 8 else {
      return line
    }
    var parts: [String] = []
    var spaces = 2
    for character in line {
      if character.isWhitespace {
        spaces += character == "\t" ? 2 : 1
        continue
      }
      if spaces >= 2 || parts.isEmpty { parts.append("") }
      parts[parts.count - 1].append(character)
      spaces = 0
    }
    guard parts.count == 1 else { return parts.joined(separator: " ") }
    let line = parts[0].replacing(".", with: ". ").replacing("-", with: " - ")
    // `3 I N T . … D A Y 3`: numbers at both ends are words of their own.
    let isDigit = { (character: Character) in character.isASCII && character.isNumber }
    let number = line.prefix(while: isDigit)
    guard number.count < line.count else { return line }
    let digits = line.reversed().prefix(while: isDigit).count
    let heading = line.dropFirst(number.count).dropLast(digits)
    return [number, heading, line.suffix(digits)].filter { !$0.isEmpty }.joined(separator: " ")
  }
}
