/// How the text of a script is laid out: what the whole file tells about each of its lines.
struct ScriptLayout {
  /// Whether empty lines part paragraphs.
  let hasBlankLines: Bool
  /// Whether cues and dialogue are set in deeper than action.
  let isIndented: Bool
  /// Whether a paragraph is one line, however long.
  let hasWholeParagraphs: Bool
  /// Whether most of the headings end in a number, which is then the scene's.
  let numbersAtEnd: Bool
  /// The first heading; a name alone above it is a title or an author.
  private let firstHeading: Int
  /// How often a line stands in the file that could be a cue.
  private let names: [CharacterName: Int]

  /// The widest line of dialogue, in characters: a dialogue column has 35 (Cole and Haag, The Complete
  /// Guide to Standard Script Formats, part 1), and some dumps are set a little wider.
  static let widestDialogue = 42
  /// The widest line of a wrapped script: an action column has 60 characters.
  private static let widestLine = 75
  /// How much deeper, in columns, an indentation must be to mean something.
  static let indentStep = 4

  init(_ lines: [ScriptLine]) {
    let texts = lines.filter { $0.kind == .text }
    let blanks = lines.count { $0.kind == .blank }
    hasBlankLines = blanks * 5 >= max(1, texts.count)
    let least = texts.map(\.indent).min() ?? 0
    let deep = texts.count { $0.indent >= least + Self.indentStep }
    isIndented = deep * 5 >= max(1, texts.count)
    hasWholeParagraphs = texts.contains { $0.text.count > Self.widestLine }
    let headings = lines.compactMap {
      if case .heading(let heading) = $0.kind { heading } else { nil }
    }
    firstHeading = lines.firstIndex { if case .heading = $0.kind { true } else { false } } ?? 0
    numbersAtEnd = headings.count { $0.trailing != nil } * 5 >= max(1, headings.count) * 4
    var names: [CharacterName: Int] = [:]
    for line in texts {
      if let cue = Self.possibleCue(line.text) { names[CharacterName(cue.name), default: 0] += 1 }
    }
    self.names = names
  }

  /// The cue that the line at `index` is; `nil` if it is none.
  func cue(at index: Int, of lines: [ScriptLine]) -> FountainLine.Cue? {
    let line = lines[index]
    guard let cue = Self.possibleCue(line.text) else { return nil }
    let below = lines[(index + 1)...].prefix(4).first { $0.kind != .furniture && $0.kind != .more }
    guard let below, below.kind == .text else { return nil }
    if cue.extensions != nil || below.isParenthetical { return cue }
    if names[CharacterName(cue.name), default: 0] >= 2 { return cue }
    guard index > firstHeading else { return nil }
    if Self.isInCapitals(cue.name) { return cue }
    let before = index > 0 ? lines[index - 1].kind : .blank
    if hasBlankLines { return before == .blank && below.text.count > 0 ? cue : nil }
    if isIndented { return line.indent >= below.indent + Self.indentStep ? cue : nil }
    return Self.isShortName(cue.name) ? cue : nil
  }

  /// Whether a line tells of a character in the third person: it begins with a name that is a cue
  /// elsewhere and goes on without a comma.
  func begins(_ text: String, withNameOf speaker: CharacterName?) -> Bool {
    let words = text.split(separator: " ", omittingEmptySubsequences: true)
    guard words.count >= 2 else { return false }
    for count in 1...min(3, words.count - 1) {
      let name = CharacterName(words[..<count].joined(separator: " "))
      if names[name, default: 0] >= 2 || name == speaker { return true }
    }
    return false
  }

  /// A short line that could be a name: each of its words begins with a capital or a digit, or is in a
  /// script without letter case.
  private static func possibleCue(_ text: String) -> FountainLine.Cue? {
    guard !text.hasPrefix("("), text.utf8.count <= 200 else { return nil }
    let cue = FountainLine.parts(of: text)
    guard CharacterName.isPlausible(cue.name), !isShot(cue.name) else { return nil }
    let words = cue.name.split(whereSeparator: \.isWhitespace)
    let areNames = words.allSatisfy { word in
      word.unicodeScalars.first { $0.properties.isAlphabetic }.map { !$0.properties.isLowercase }
        ?? true
    }
    return areNames ? cue : nil
  }

  private static func isInCapitals(_ name: String) -> Bool {
    name.unicodeScalars.contains(where: \.properties.isUppercase)
      && !name.unicodeScalars.contains(where: \.properties.isLowercase)
  }

  /// One or two words with capitals and nothing behind them: too short for an action, and what is said
  /// mostly ends in a mark. Scripts without letter case have no such sign.
  private static func isShortName(_ name: String) -> Bool {
    let words = name.split(whereSeparator: \.isWhitespace)
    return words.count <= 2
      && words.allSatisfy { $0.unicodeScalars.first?.properties.isUppercase ?? false }
  }

  /// Whether capitals are a shot and no name.
  private static func isShot(_ name: String) -> Bool {
    let first = name.prefix { !$0.isWhitespace && $0 != "-" }.uppercased()
    return shots.contains(first) || name.uppercased() == "THE END"
  }

  private static let shots: Set<String> = [
    "ANGLE", "BACK", "CLOSE", "CLOSEUP", "CONTINUOUS", "CUT", "DISSOLVE", "END", "FADE",
    "FLASHBACK",
    "INSERT", "INTERCUT", "INTERVAL", "LATER", "MONTAGE", "POV", "SERIES", "SUPER", "TITLE",
    "TITLES",
    "WIDE",
  ]
}
