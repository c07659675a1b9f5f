import Orthography

/// Cuts text into pretokens, one after another, without gaps.
///
/// Every pattern is the same list of alternatives, tried in this order at each position; what
/// differs stands in `SplitRules`. Each method below is one alternative: it returns the end of the
/// piece that begins at `start`, or `nil` where the alternative does not match.
///
/// ```
/// text     we'll  go: ಕನ್ನಡ 1234
/// llama3   we|'ll| | go|:| ಕನ|್ನಡ| |123|4
/// indic    we|'ll| | go|:| ಕನ್ನಡ| |123|4
/// llama3-indic cuts as llama3, but ` ಕನ್ನಡ` is one piece
/// ```
struct PretokenScanner {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let rules: SplitRules
  private let classes = CharacterClassTable.shared
  private var position = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, pattern: SplitPattern) {
    self.bytes = bytes
    rules = SplitRules(pattern)
  }

  /// The next pretoken, or `nil` at the end of the text.
  mutating func next() -> Range<Int>? {
    let start = position
    guard start < bytes.count else { return nil }
    position =
      contraction(start) ?? indicWord(start) ?? word(start) ?? number(start) ?? punctuation(start)
      ?? whitespace(start)
    return start..<position
  }

  /// A code point's class, and where the next code point begins.
  private typealias Character = (kind: CharacterClass, end: Int)

  @inline(__always)
  private func character(at position: Int) -> Character {
    let character = UTF8Character(bytes, at: position)
    if rules.keepsIndicWords, IndicWords.contains(character.codePoint) {
      return (IndicWords.part, position + character.length)
    }
    return (classes[character.codePoint], position + character.length)
  }

  /// Where the run of `kinds` that begins at `start` ends.
  @inline(__always)
  private func run(of kinds: CharacterClass, from start: Int, limit: Int = .max) -> Int {
    var end = start
    var count = 0
    while end < bytes.count, count < limit {
      let next = character(at: end)
      guard kinds.contains(next.kind) else { break }
      end = next.end
      count += 1
    }
    return end
  }

  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)`.
  @inline(__always)
  private func contraction(_ start: Int) -> Int? {
    bytes[start] == UInt8(ascii: "'") ? contraction(afterApostrophe: start + 1) : nil
  }

  private func contraction(afterApostrophe start: Int) -> Int? {
    func letter(_ offset: Int) -> UInt8 {
      guard start + offset < bytes.count else { return 0 }
      let byte = bytes[start + offset]
      let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      return isCapital && rules.contractionsIgnoreCase ? byte | 0x20 : byte
    }
    switch (UnicodeScalar(letter(0)), UnicodeScalar(letter(1))) {
    case ("s", _), ("t", _), ("m", _), ("d", _): return start + 1
    case ("r", "e"), ("v", "e"), ("l", "l"): return start + 2
    // Without regard to case, ſ (U+017F) is an s: Unicode's simple case folding.
    case ("\u{C5}", "\u{BF}") where rules.contractionsIgnoreCase: return start + 2
    default: return nil
    }
  }

  /// ` ?K[K\u200C\u200D]*`, where K is what Kannada and Telugu words are made of.
  @inline(__always)
  private func indicWord(_ start: Int) -> Int? {
    guard rules.keepsIndicWords else { return nil }
    let first = isBlank(start) ? start + 1 : start
    let end = run(of: IndicWords.part, from: first, limit: 1)
    return end > first ? run(of: [IndicWords.part, .joiner], from: end) : nil
  }

  /// `[^\r\n\p{L}\p{N}]?\p{L}+`, or for GPT-2 ` ?\p{L}+`.
  @inline(__always)
  private func word(_ start: Int) -> Int? {
    let first = character(at: start)
    if rules.wordStart.contains(first.kind) { return run(of: rules.wordPart, from: first.end) }
    let isPrefix = rules.wordPrefix?.contains(first.kind) ?? isBlank(start)
    guard isPrefix, first.end < bytes.count else { return nil }
    let second = character(at: first.end)
    guard rules.wordStart.contains(second.kind) else { return nil }
    return run(of: rules.wordPart, from: second.end)
  }

  /// `\p{N}{1,3}`, or for GPT-2 ` ?\p{N}+`.
  private func number(_ start: Int) -> Int? {
    let first = rules.spaceBeforeDigits && isBlank(start) ? start + 1 : start
    let end = run(of: .number, from: first, limit: rules.digits)
    return end > first ? end : nil
  }

  /// ` ?[^\s\p{L}\p{N}]+[\r\n]*`; the line ends not for GPT-2.
  private func punctuation(_ start: Int) -> Int? {
    let first = isBlank(start) ? start + 1 : start
    let end = run(of: rules.punctuation, from: first)
    guard end > first else { return nil }
    return rules.newlinesEndPieces ? run(of: .newline, from: end) : end
  }

  /// `\s*[\r\n]+|\s+(?!\S)|\s+`: up to the last line end of the white space; without one, up to
  /// the last character, which goes with what follows; and a single one, or all at the end of the
  /// text, as it is.
  private func whitespace(_ start: Int) -> Int {
    var end = start
    var lastStart = start
    var newlineEnd: Int?
    while end < bytes.count {
      let next = character(at: end)
      guard CharacterClass.whitespace.contains(next.kind) else { break }
      lastStart = end
      end = next.end
      if next.kind == .newline { newlineEnd = end }
    }
    if end == bytes.count, rules.joinsFinalWhitespace { return end }
    if rules.newlinesEndPieces, let newlineEnd { return newlineEnd }
    return end == bytes.count || lastStart == start ? end : lastStart
  }

  /// Whether U+0020 stands at `position`.
  @inline(__always)
  private func isBlank(_ position: Int) -> Bool { bytes[position] == UInt8(ascii: " ") }
}
