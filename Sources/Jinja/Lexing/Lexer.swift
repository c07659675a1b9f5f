/// Cuts a template into tokens, with `trim_blocks` and `lstrip_blocks` on.
///
///     text {%- if x %}\n   the sign cuts all white space, else:
///          └ white space between the line's beginning and a block or comment goes
///                     └ one line feed behind a block or comment goes
///
/// Source: jinja2 3.1, `lexer.py`, of which this is the behaviour without its regular expressions.
struct Lexer {
  private let source: [Unicode.Scalar]
  private var position = 0
  private var line = 1
  private var tokens: [Token] = []
  /// Whether the last thing that was read ended with a line feed, or is the beginning.
  private var isAtLineStart = true

  init(_ text: String) { source = Self.normalized(text) }

  /// All tokens; the last is `end`.
  ///
  /// - Throws: `syntax`.
  mutating func run() throws -> [Token] {
    while position < source.count { try readData() }
    tokens.append(Token(kind: .end, line: line))
    return tokens
  }

  /// Line ends as line feeds, without one at the very end.
  private static func normalized(_ text: String) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var previous: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      if scalar == "\r" {
        result.append("\n")
      } else if scalar != "\n" || previous != "\r" {
        result.append(scalar)
      }
      previous = scalar
    }
    if result.last == "\n" { result.removeLast() }
    return result
  }

  // MARK: Data and the tags that end it

  /// Reads text up to the next tag, and the tag.
  private mutating func readData() throws {
    let start = position
    guard let tag = nextTag(from: start) else {
      emitData(start..<source.count)
      advance(to: source.count)
      return
    }
    var sign = source[safe: tag + 2]
    if sign != "-" && sign != "+" { sign = nil }
    let isVariable = source[tag + 1] == "{"
    emitData(start..<strippedEnd(start..<tag, sign: sign, isVariable: isVariable))
    advance(to: tag)
    let inner = tag + (sign == nil ? 2 : 3)
    if source[tag + 1] == "#" { return try skipComment(from: inner) }
    if source[tag + 1] == "%", let body = rawBegin(at: tag) { return try readRaw(from: body) }
    tokens.append(Token(kind: isVariable ? .variableBegin : .blockBegin, line: line))
    advance(to: inner)
    isAtLineStart = false
    try readExpression(isVariable: isVariable)
  }

  /// Where `{{`, `{%` or `{#` stands next.
  private func nextTag(from start: Int) -> Int? {
    var index = start
    while index + 1 < source.count {
      if source[index] == "{", ["{", "%", "#"].contains(source[index + 1]) { return index }
      index += 1
    }
    return nil
  }

  /// Where text ends whose tail white space a tag may cut.
  private func strippedEnd(
    _ range: Range<Int>, sign: Unicode.Scalar?, isVariable: Bool
  ) -> Int {
    var end = range.upperBound
    if sign == "-" {
      while end > range.lowerBound, source[end - 1].isPythonSpace { end -= 1 }
      return end
    }
    guard sign == nil, !isVariable else { return end }
    while end > range.lowerBound, source[end - 1] != "\n" {
      guard source[end - 1].isPythonSpace else { return range.upperBound }
      end -= 1
    }
    return end > range.lowerBound || isAtLineStart ? end : range.upperBound
  }

  private mutating func emitData(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    tokens.append(Token(kind: .data(string(range)), line: line))
  }

  /// Goes on to `end`, counting lines.
  private mutating func advance(to end: Int) {
    line += source[position..<end].count { $0 == "\n" }
    position = end
  }

  /// Goes past the end of a tag and the white space that it cuts.
  private mutating func finishTag(_ end: Int, sign: Unicode.Scalar?, trimsLineFeed: Bool) {
    var next = end
    if sign == "-" {
      while next < source.count, source[next].isPythonSpace { next += 1 }
    } else if trimsLineFeed, sign == nil, source[safe: next] == "\n" {
      next += 1
    }
    advance(to: next)
    isAtLineStart = source[next - 1] == "\n"
  }

  private mutating func skipComment(from start: Int) throws {
    var index = start
    while index + 1 < source.count {
      if source[index] == "#" && source[index + 1] == "}" {
        let sign = index > start ? source[index - 1] : nil
        let isSign = sign == "-" || sign == "+"
        return finishTag(index + 2, sign: isSign ? sign : nil, trimsLineFeed: true)
      }
      index += 1
    }
    throw JinjaError(.syntax, "a comment is not closed", line: line)
  }

  // MARK: Raw text

  /// Where the text of `{% raw %}` begins, if the tag at `tag` is one.
  private func rawBegin(at tag: Int) -> Int? { keyword("raw", inTagAt: tag)?.end }

  /// The end of the tag at `tag`, if it holds nothing but `word`.
  private func keyword(
    _ word: String, inTagAt tag: Int
  ) -> (end: Int, sign: Unicode.Scalar?, opening: Unicode.Scalar?)? {
    var index = tag + 2
    var opening: Unicode.Scalar?
    if let sign = source[safe: index], sign == "-" || sign == "+" {
      opening = sign
      index += 1
    }
    while let scalar = source[safe: index], scalar.isPythonSpace { index += 1 }
    for scalar in word.unicodeScalars {
      guard source[safe: index] == scalar else { return nil }
      index += 1
    }
    while let scalar = source[safe: index], scalar.isPythonSpace { index += 1 }
    var sign: Unicode.Scalar?
    if let found = source[safe: index], found == "-" || found == "+" {
      sign = found
      index += 1
    }
    guard source[safe: index] == "%", source[safe: index + 1] == "}" else { return nil }
    return (index + 2, sign, opening)
  }

  private mutating func readRaw(from start: Int) throws {
    let begin = keyword("raw", inTagAt: position)
    finishTag(start, sign: begin?.sign, trimsLineFeed: false)
    var index = position
    while index + 1 < source.count {
      if source[index] == "{", source[index + 1] == "%",
        let end = keyword("endraw", inTagAt: index)
      {
        emitData(
          position..<strippedEnd(position..<index, sign: end.opening, isVariable: false))
        return finishTag(end.end, sign: end.sign, trimsLineFeed: true)
      }
      index += 1
    }
    throw JinjaError(.syntax, "`{% raw %}` is not closed", line: line)
  }

  // MARK: Inside of tags

  /// Reads the tokens of a tag up to its end.
  private mutating func readExpression(isVariable: Bool) throws {
    var brackets: [Unicode.Scalar] = []
    let close: Unicode.Scalar = isVariable ? "}" : "%"
    while position < source.count {
      if brackets.isEmpty, let sign = endSign(close, isVariable: isVariable) {
        tokens.append(Token(kind: isVariable ? .variableEnd : .blockEnd, line: line))
        let end = position + (sign.isEmpty ? 2 : 3)
        return finishTag(
          end, sign: sign.unicodeScalars.first, trimsLineFeed: !isVariable)
      }
      let scalar = source[position]
      if scalar.isPythonSpace {
        advance(to: position + 1)
      } else if scalar.isPythonDecimal {
        try readNumber()
      } else if scalar.isPythonWord {
        readName()
      } else if scalar == "'" || scalar == "\"" {
        try readString(scalar)
      } else {
        try readSymbol(&brackets)
      }
    }
    throw JinjaError(.syntax, "a tag is not closed", line: line)
  }

  /// The sign of the tag's end, if it is here: "", "-" or "+".
  private func endSign(_ close: Unicode.Scalar, isVariable: Bool) -> String? {
    func ends(at index: Int) -> Bool {
      source[safe: index] == close && source[safe: index + 1] == "}"
    }
    if ends(at: position) { return "" }
    if source[position] == "-" && ends(at: position + 1) { return "-" }
    if !isVariable && source[position] == "+" && ends(at: position + 1) { return "+" }
    return nil
  }

  private mutating func readName() {
    let start = position
    while let scalar = source[safe: position], scalar.isPythonWord { position += 1 }
    tokens.append(Token(kind: .name(string(start..<position)), line: line))
  }

  private mutating func readNumber() throws {
    let isAfterDot = position > 0 && source[position - 1] == "."
    let number = NumberScanner(source, at: position, mayBeFloat: !isAfterDot)
    guard let kind = number.kind else {
      throw JinjaError(.unsupported, "the number `\(number.text)` is not supported", line: line)
    }
    tokens.append(Token(kind: kind, line: line))
    position = number.end
  }

  private mutating func readString(_ quote: Unicode.Scalar) throws {
    var index = position + 1
    while let scalar = source[safe: index], scalar != quote { index += scalar == "\\" ? 2 : 1 }
    guard index < source.count else {
      throw JinjaError(.syntax, "a string is not closed", line: line)
    }
    let start = line
    let text = try StringEscapes.decoded(source[(position + 1)..<index], line: start)
    tokens.append(Token(kind: .string(text), line: start))
    advance(to: index + 1)
  }

  /// The symbols, longest first.
  private static let symbols: [[Unicode.Scalar]] = [
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}",
    ">", "<", "=", ".", ":", "|", ",", ";",
  ].map { Array($0.unicodeScalars) }

  private static let pairs: [Unicode.Scalar: Unicode.Scalar] = ["(": ")", "[": "]", "{": "}"]

  private mutating func readSymbol(_ brackets: inout [Unicode.Scalar]) throws {
    let rest = source[position...]
    guard let symbol = Self.symbols.first(where: { rest.starts(with: $0) }) else {
      throw JinjaError(.syntax, "unexpected char '\(source[position])'", line: line)
    }
    let first = symbol[0]
    if let closing = Self.pairs[first] {
      brackets.append(closing)
    } else if first == ")" || first == "]" || first == "}" {
      guard brackets.popLast() == first else {
        throw JinjaError(.syntax, "unexpected '\(first)'", line: line)
      }
    }
    position += symbol.count
    var text = ""
    text.unicodeScalars.append(contentsOf: symbol)
    tokens.append(Token(kind: .symbol(text), line: line))
  }

  private func string(_ range: Range<Int>) -> String {
    var text = ""
    text.unicodeScalars.append(contentsOf: source[range])
    return text
  }
}

extension Array {
  /// The element at `index`, if there is one.
  subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
