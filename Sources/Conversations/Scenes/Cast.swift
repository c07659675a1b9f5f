internal import Artifacts

/// Who speaks in a set of scenes, and how much.
struct Cast {
  private var names: [CharacterName: (name: String, lines: Int)] = [:]

  /// Counts the speeches of a scene.
  mutating func add(_ scene: Scene) {
    for speech in scene.speeches {
      names[CharacterName(speech.speaker), default: (speech.speaker, 0)].lines += 1
    }
  }

  func contains(_ name: String) -> Bool { names[CharacterName(name)] != nil }

  /// Whoever speaks, with the number of speeches; whoever speaks most comes first.
  var members: [(name: String, lines: Int)] {
    names.values.sorted { ($1.lines, $0.name) < ($0.lines, $1.name) }
  }

  /// `ಅಜ್ಜಿ (34 lines), ಮೀನಾ (1 line)`.
  var description: String {
    let sorted = members
    let shown = sorted.prefix(Self.mostShown).map { name, lines in
      "\(name) (\(lines) \(lines == 1 ? "line" : "lines"))"
    }
    let rest = sorted.count - shown.count
    return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }

  var isEmpty: Bool { names.isEmpty }

  private static let mostShown = 20
}

/// Which characters speak as the assistant.
enum Casting {
  /// These characters.
  case characters(Set<CharacterName>)
  /// In each scene the one who speaks last.
  case lastSpeaker

  /// The casting that the options ask for.
  ///
  /// - Throws: `invalidOption`, listing the cast, if nobody is chosen or somebody unknown is.
  init(_ assistant: [String], from cast: Cast, at location: SourceLocation?) throws {
    if assistant == ["*"] || cast.isEmpty {
      self = .lastSpeaker
      return
    }
    let remedy =
      "choose with `assistant` (`--assistant NAME`; '*' takes the last speaker of each scene), or ask "
      + "for `tasks` (`--tasks continue`)"
    guard !assistant.isEmpty else {
      throw AksharaError(
        .invalidOption,
        "no character is chosen to speak as the assistant; the cast is \(cast.description)",
        at: location, remedy: remedy)
    }
    let names = assistant.map { FountainLine.parts(of: $0).name }
    for name in names where !cast.contains(name) {
      throw AksharaError(
        .invalidOption, "nobody is called \"\(name)\"; the cast is \(cast.description)",
        at: location, remedy: remedy)
    }
    self = .characters(Set(names.map(CharacterName.init)))
  }

  /// The characters that speak as the assistant in one scene.
  func assistants(in scene: Scene) -> Set<CharacterName> {
    switch self {
    case .characters(let names): names
    case .lastSpeaker: Set(scene.speeches.suffix(1).map { CharacterName($0.speaker) })
    }
  }
}
