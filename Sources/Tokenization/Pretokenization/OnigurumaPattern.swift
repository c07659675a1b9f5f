/// A regular expression in the syntax of Oniguruma (`tokenizers` uses its Ruby flavour), spelled as
/// ICU spells it.
///
/// | Oniguruma | ICU | why |
/// |---|---|---|
/// | `\h` `\H` | `[0-9a-fA-F]` | ICU's `\h` is horizontal white space |
/// | `\w` `\W` `\b` `\B` | sets, look-around | ICU's also hold ZWNJ and ZWJ, and lack ² ³ ¹ ¼ ½ ¾ |
/// | `[\w]` `[\W]` | sets | without ² ³ ¹ ¼ ½ ¾: only outside of brackets a table of Latin 1 decides |
/// | `\v` | `\x0B` | ICU's is all vertical white space |
/// | `\p{^L}` | `\P{L}` | |
/// | `x{1,3}+` | `(?:x{1,3})+` | ICU's is possessive |
/// | `(?m)` | `(?s)` | `^` and `$` match at line feeds anyway |
///
/// What is refused, because the two differ and nothing here needs it: `\X \N \O \K \y \Y \g \C \M`,
/// POSIX brackets, `--` in a bracket, conditions, absence, and properties that Oniguruma defines in
/// its own way; and under `(?i)` the properties of capitals and small letters, which ICU alone takes
/// without regard to case.
///
/// Source: Oniguruma 6.9 `doc/RE`; ICU User Guide, "Regular Expressions".
struct OnigurumaPattern {
  /// What has no spelling in ICU, as it stands in the pattern.
  struct Unsupported: Error, Equatable { var construct: String }

  /// What `\w` takes within brackets.
  private static let listedWord = #"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}"#
  /// What it takes elsewhere: below U+0100 a table decides there, in which numbers are word characters.
  private static let ownWord = listedWord + #"\u00B2\u00B3\u00B9\u00BC-\u00BE"#
  private static let word = "[\(ownWord)]"
  private static let notWord = "[^\(ownWord)]"
  private static let ownProperties: Set<String> = ["punct", "word", "graph", "print", "alnum"]
  private static let casedProperties = ["lu", "ll", "lt", "upper", "lower", "title"]

  private let input: [Character]
  private var position = 0
  private var output: [String] = []
  /// Where in `output` the last atom begins, and the groups that are open.
  private var atom = 0
  private var groups: [(start: Int, ignoresCase: Bool)] = []
  private var ignoresCase = false
  private var brackets = 0

  /// The pattern in ICU's spelling.
  ///
  /// - Throws: `Unsupported`.
  static func icu(_ pattern: String) throws -> String {
    var translation = OnigurumaPattern(pattern)
    while translation.position < translation.input.count { try translation.step() }
    return translation.output.joined()
  }

  private init(_ pattern: String) {
    // One scalar at a time: a bracket may hold combining marks.
    input = pattern.unicodeScalars.map(Character.init)
  }

  private mutating func step() throws {
    let character = input[position]
    switch character {
    case "\\": try escape()
    case "[": try openBracket()
    case "]" where brackets > 0:
      brackets -= 1
      append("]", isAtom: false)
    case "-" where brackets > 0 && peek(1) == "-": throw Unsupported(construct: "--")
    case _ where brackets > 0: append(String(character), isAtom: false)
    case "(": try openGroup()
    case ")":
      let group = groups.popLast() ?? (output.count, ignoresCase)
      (atom, ignoresCase) = group
      append(")", isAtom: false)
    case "{": interval()
    case "?", "*", "+": append(String(character), isAtom: false)
    default: append(String(character), isAtom: true)
    }
  }

  private func peek(_ offset: Int) -> Character? {
    position + offset < input.count ? input[position + offset] : nil
  }

  /// Takes `count` characters, and writes `text` for them.
  private mutating func append(_ text: String, isAtom: Bool, count: Int = 1) {
    if isAtom, brackets == 0 { atom = output.count }
    output.append(text)
    position += count
  }

  private mutating func escape() throws {
    guard let next = peek(1) else { return append("\\", isAtom: true) }
    switch next {
    case "h": append(brackets > 0 ? "0-9a-fA-F" : "[0-9a-fA-F]", isAtom: true, count: 2)
    case "H": append("[^0-9a-fA-F]", isAtom: true, count: 2)
    case "w": append(brackets > 0 ? "[\(Self.listedWord)]" : Self.word, isAtom: true, count: 2)
    case "W": append(brackets > 0 ? "[^\(Self.listedWord)]" : Self.notWord, isAtom: true, count: 2)
    case "b" where brackets == 0:
      append(
        "(?:(?<=\(Self.word))(?!\(Self.word))|(?<!\(Self.word))(?=\(Self.word)))",
        isAtom: true, count: 2)
    case "B" where brackets == 0:
      append(
        "(?:(?<=\(Self.word))(?=\(Self.word))|(?<!\(Self.word))(?!\(Self.word)))",
        isAtom: true, count: 2)
    case "v": append(#"\x0B"#, isAtom: true, count: 2)
    case "p", "P": try property(next)
    case "X", "N", "O", "K", "y", "Y", "g", "C", "M": throw Unsupported(construct: "\\\(next)")
    default: append("\\\(next)", isAtom: true, count: 2)
    }
  }

  /// `\p{…}`, `\P{…}` and `\p{^…}`.
  private mutating func property(_ letter: Character) throws {
    guard peek(2) == "{", let end = input[position...].firstIndex(of: "}") else {
      throw Unsupported(construct: "\\\(letter) without a brace")
    }
    var name = String(input[position + 3..<end])
    var isNegated = letter == "P"
    if name.hasPrefix("^") {
      name.removeFirst()
      isNegated.toggle()
    }
    let known = name.lowercased()
    guard !Self.ownProperties.contains(known),
      !ignoresCase || !Self.casedProperties.contains(where: known.hasPrefix)
    else {
      throw Unsupported(construct: "\\\(letter){\(name)}")
    }
    append("\\\(isNegated ? "P" : "p"){\(name)}", isAtom: true, count: end + 1 - position)
  }

  private mutating func openBracket() throws {
    if brackets > 0, peek(1) == ":" { throw Unsupported(construct: "[:") }
    if brackets == 0 { atom = output.count }
    brackets += 1
    let isNegated = peek(1) == "^"
    output.append(isNegated ? "[^" : "[")
    position += isNegated ? 2 : 1
    // A bracket that begins with `]` holds it.
    if position < input.count, input[position] == "]" {
      output.append(#"\]"#)
      position += 1
    }
  }

  /// `(`, or `(?…` with the flag `m` spelled `s`.
  private mutating func openGroup() throws {
    groups.append((output.count, ignoresCase))
    guard peek(1) == "?", let kind = peek(2) else { return append("(", isAtom: false) }
    if kind == "~" || kind == "(" { throw Unsupported(construct: "(?\(kind)") }
    guard "imx-".contains(kind) else { return append("(?", isAtom: false, count: 2) }
    var flags = ""
    var offset = 2
    while let flag = peek(offset), "imx-".contains(flag) {
      if flag == "i" { ignoresCase = !flags.contains("-") }
      flags.append(flag == "m" ? "s" : flag)
      offset += 1
    }
    if peek(offset) == ")" { groups.removeLast() }
    let closing = peek(offset) == ")" ? ")" : ":"
    append("(?\(flags)\(closing)", isAtom: false, count: offset + 1)
  }

  /// `{1,3}`, and with a `+` behind it a repetition of that.
  private mutating func interval() {
    guard let end = input[position...].firstIndex(of: "}") else {
      return append("{", isAtom: true)
    }
    let text = String(input[position...end])
    append(text, isAtom: false, count: text.count)
    guard peek(0) == "+" else { return }
    output.insert("(?:", at: atom)
    append(")+", isAtom: false)
  }
}
