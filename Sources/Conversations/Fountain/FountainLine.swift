/// Tells what a single line of a screenplay can be.
///
/// Source: fountain.io, syntax 1.1; the rule for scripts without letter case is ours.
enum FountainLine {
  /// Whether a line begins like a scene heading: INT, EXT, EST, INT./EXT, INT/EXT, I/E, in any
  /// case, then a full stop, a space or a hyphen.
  static func isSceneHeading(_ line: some StringProtocol) -> Bool {
    let start = line.prefix(12).uppercased()
    return prefixes.contains { prefix in
      guard start.hasPrefix(prefix), let next = start.dropFirst(prefix.count).first else {
        return false
      }
      return next == "." || next == " " || next == "-"
    }
  }

  private static let prefixes = [
    "INT./EXT", "INT/EXT", "EXT./INT", "EXT/INT", "I./E", "I/E", "E./I", "E/I", "INT", "EXT", "EST",
  ]

  /// The text and the number of a heading such as `INT. HOUSE - DAY #1A#`; numbers are letters,
  /// digits, hyphens and full stops.
  static func heading(_ line: String) -> (text: String, number: String?) {
    let line = line.trimmingSpaces()
    let body = line.dropLast()
    guard line.hasSuffix("#"), let mark = body.lastIndex(of: "#") else { return (line, nil) }
    let number = body[body.index(after: mark)...]
    let isNumber =
      !number.isEmpty
      && number.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." }
    guard isNumber else { return (line, nil) }
    return (String(body[..<mark]).trimmingSpaces(), String(number))
  }

  /// Whether a line, with the spaces at its end, is a transition: capitals that end in `TO:`, or
  /// one of the customary fades.
  static func isTransition(_ line: String) -> Bool {
    let text = line.drop(while: \.isWhitespace)
    if fades.contains(String(text)) { return true }
    return text.hasSuffix("TO:") && !text.unicodeScalars.contains(where: \.properties.isLowercase)
      && !text.unicodeScalars.contains { isCaseless($0) }
  }

  private static let fades: Set<String> = [
    "FADE IN:", "FADE IN.", "FADE OUT.", "FADE OUT:", "FADE TO BLACK.", "CUT TO BLACK.",
  ]

  /// A character cue.
  struct Cue: Equatable {
    /// The name as it stands, without extensions.
    var name: String
    /// `V.O.` of `(V.O.)`; several joined by commas.
    var extensions: String?
    /// Whether a `^` asks for the dialogue beside the one before.
    var isDual: Bool
  }

  /// The cue that a line is; `nil` if it cannot be one.
  ///
  /// Names in scripts with case are capitals. A name in a script without case is told by its
  /// shortness, and by the lines around it, which the caller has looked at.
  static func cue(_ line: String) -> Cue? {
    let cue = parts(of: line)
    let letters = cue.name.unicodeScalars.filter(\.properties.isAlphabetic)
    guard !letters.isEmpty, !letters.contains(where: \.properties.isLowercase) else { return nil }
    if letters.contains(where: isCaseless), !CharacterName.isPlausible(cue.name) { return nil }
    return cue
  }

  /// The parts of a line that is known to be a cue.
  static func parts(of line: String) -> Cue {
    var rest = line.trimmingSpaces()
    let isDual = rest.hasSuffix("^")
    if isDual { rest = String(rest.dropLast()).trimmingSpaces() }
    var extensions: [String] = []
    while rest.hasSuffix(")"), let open = rest.lastIndex(of: "("), open != rest.startIndex {
      let inside = rest[rest.index(after: open)...].dropLast()
      extensions.insert(String(inside).trimmingSpaces(), at: 0)
      rest = String(rest[..<open]).trimmingSpaces()
    }
    return Cue(
      name: rest, extensions: extensions.isEmpty ? nil : extensions.joined(separator: ", "),
      isDual: isDual)
  }

  /// Whether a letter belongs to a script without letter case.
  private static func isCaseless(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic && !scalar.properties.isUppercase
      && !scalar.properties.isLowercase
  }
}

extension String {
  /// The text without white space at both ends.
  func trimmingSpaces() -> String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }
}
