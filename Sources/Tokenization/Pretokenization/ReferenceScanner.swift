import Orthography

/// Cuts text into pretokens, one after another, without gaps: the slow twin of `PretokenScanner`.
///
/// Every pattern is the same list of alternatives, tried in this order at each position; what
/// differs stands in `PatternRules`. Each method below is one alternative: it returns the end of
/// the piece that begins at `start`, or `nil` where the alternative does not match.
///
/// ```
/// text      we'll  go: ಕನ್ನಡ 1234
/// llama3    we|'ll| | go|:| ಕನ|್ನಡ| |123|4
/// o200k     we'll| | go|:| ಕನ್ನಡ| |123|4
/// indic     we|'ll| | go|:| ಕನ್ನಡ| |123|4
/// ```
struct ReferenceScanner {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let rules: PatternRules
  private let classes = CharacterClassTable.shared
  private var position: Int
  /// The end of what the alternatives may see: of the text, or, where a pattern cuts in stages, of
  /// the stretch between digits, and Chinese and Japanese.
  private var limit: Int

  /// A scanner that begins at `position`, which must be the beginning of a pretoken.
  init(_ bytes: UnsafeBufferPointer<UInt8>, pattern: SplitPattern, from position: Int = 0) {
    self.bytes = bytes
    rules = PatternRules(pattern)
    self.position = position
    limit = rules.cutsInStages ? position : bytes.count
  }

  /// The next pretoken, or `nil` at the end of the text.
  mutating func next() -> Range<Int>? {
    let start = position
    guard start < bytes.count else { return nil }
    position = rules.cutsInStages ? stagedEnd(start) : end(start)
    return start..<position
  }

  private func end(_ start: Int) -> Int {
    contraction(start) ?? indicWord(start) ?? word(start) ?? number(start) ?? punctuation(start)
      ?? whitespace(start)
  }

  // MARK: Stages

  /// The end of a piece where digits, and Chinese and Japanese, are cut out first. No further
  /// expression matches digits, but Chinese and Japanese are cut like any other text.
  private mutating func stagedEnd(_ start: Int) -> Int {
    if start >= limit {
      limit = bytes.count
      if let end = number(start) {
        limit = end
        return end
      }
      limit = ideographs(start) ?? endOfStretch(start)
    }
    return symbolWithLetters(start) ?? word(start) ?? punctuation(start) ?? unmatched(start)
      ?? whitespace(start)
  }

  /// Where the next digits, or Chinese or Japanese, begin.
  private func endOfStretch(_ start: Int) -> Int {
    var end = start
    while end < bytes.count, number(end) == nil, ideographs(end) == nil {
      end = character(at: end).end
    }
    return end
  }

  /// `[一-龥぀-ゟ゠-ヿ]+`.
  private func ideographs(_ start: Int) -> Int? {
    var end = start
    while end < bytes.count {
      let character = UTF8Character(bytes, at: end)
      guard Self.isIdeograph(character.codePoint) else { break }
      end += character.length
    }
    return end > start ? end : nil
  }

  static func isIdeograph(_ codePoint: UInt32) -> Bool {
    (0x3040...0x30FF).contains(codePoint) || (0x4E00...0x9FA5).contains(codePoint)
  }

  /// ``[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+``.
  private func symbolWithLetters(_ start: Int) -> Int? {
    guard bytes[start] < 0x80, character(at: start).kind == .punctuation else { return nil }
    var end = start + 1
    while end < limit, bytes[end] < 0x80, CharacterClass.letter.contains(character(at: end).kind) {
      end += 1
    }
    return end > start + 1 ? end : nil
  }

  /// What no alternative matches: all up to where one does.
  private func unmatched(_ start: Int) -> Int? {
    var end = start
    while end < limit, !CharacterClass.whitespace.contains(character(at: end).kind),
      symbolWithLetters(end) == nil, word(end) == nil, punctuation(end) == nil
    {
      end = character(at: end).end
    }
    return end > start ? end : nil
  }

  // MARK: Alternatives

  /// A code point's class, and where the next code point begins.
  private typealias Character = (kind: CharacterClass, end: Int)

  @inline(__always)
  private func character(at position: Int) -> Character {
    let character = UTF8Character(bytes, at: position)
    if rules.cutsOutIndicWords, IndicWords.contains(character.codePoint) {
      return (IndicWords.part, position + character.length)
    }
    return (classes[character.codePoint], position + character.length)
  }

  /// Where the run of `kinds` that begins at `start` ends.
  @inline(__always)
  private func run(of kinds: CharacterClass, from start: Int, count most: Int = .max) -> Int {
    var end = start
    var count = 0
    while end < limit, count < most {
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
    rules.contractions == .apart ? contractionText(start) : nil
  }

  private func contractionText(_ start: Int) -> Int? {
    func letter(_ offset: Int) -> UInt8 {
      guard start + offset < bytes.count else { return 0 }
      let byte = bytes[start + offset]
      let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      return isCapital && rules.contractionsIgnoreCase ? byte | 0x20 : byte
    }
    guard letter(0) == UInt8(ascii: "'") else { return nil }
    switch (UnicodeScalar(letter(1)), UnicodeScalar(letter(2))) {
    case ("s", _), ("t", _), ("m", _), ("d", _): return start + 2
    case ("r", "e"), ("v", "e"), ("l", "l"): return start + 3
    // Without regard to case, ſ (U+017F) is an s: Unicode's simple case folding.
    case ("\u{C5}", "\u{BF}") where rules.contractionsIgnoreCase: return start + 3
    default: return nil
    }
  }

  /// `(?: ?[B]|[K])[K\u200C\u200D]*`, see `IndicWords`.
  @inline(__always)
  private func indicWord(_ start: Int) -> Int? {
    guard rules.cutsOutIndicWords else { return nil }
    let isSpaced = isBlank(start)
    let first = isSpaced ? start + 1 : start
    guard first < limit,
      !isSpaced || IndicWords.beginsAfterSpace(UTF8Character(bytes, at: first).codePoint)
    else { return nil }
    let end = run(of: IndicWords.part, from: first, count: 1)
    return end > first ? run(of: [IndicWords.part, .joiner], from: end) : nil
  }

  /// `[^\r\n\p{L}\p{N}]?\p{L}+`, or for GPT-2 ` ?\p{L}+`.
  @inline(__always)
  private func word(_ start: Int) -> Int? {
    let first = character(at: start)
    if rules.wordStart.contains(first.kind) { return wordEnd(start) }
    let isPrefix = rules.wordPrefix?.contains(first.kind) ?? isBlank(start)
    guard isPrefix, first.end < limit, rules.wordStart.contains(character(at: first.end).kind)
    else { return nil }
    return wordEnd(first.end)
  }

  /// The end of the word that begins at `start` with a letter, contraction and all.
  private func wordEnd(_ start: Int) -> Int {
    let end =
      rules.cutsBeforeCapitals
      ? casedWordEnd(start) : run(of: rules.wordPart, from: character(at: start).end)
    guard rules.contractions == .afterWord else { return end }
    return contractionText(end) ?? end
  }

  /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+`, else the same with `+` and `*`
  /// exchanged: capitals, then what is not capital. Letters without case are both, so where no small
  /// letter ends the capitals, the last of them does.
  private func casedWordEnd(_ start: Int) -> Int {
    let caseless: CharacterClass = [.caseless, .mark]
    let head = run(of: caseless.union(.capital), from: start)
    let end = run(of: caseless.union(.small), from: head)
    if end > head { return end }
    var position = start
    var caselessEnd = head
    while position < head {
      let next = character(at: position)
      if caseless.contains(next.kind) { caselessEnd = next.end }
      position = next.end
    }
    return caselessEnd
  }

  /// `\p{N}{1,3}`, or for GPT-2 ` ?\p{N}+`.
  private func number(_ start: Int) -> Int? {
    let first = rules.spaceBeforeDigits && isBlank(start) ? start + 1 : start
    let end = run(of: .number, from: first, count: rules.digits)
    return end > first ? end : nil
  }

  /// ` ?[^\s\p{L}\p{N}]+[\r\n]*`; the line ends not for GPT-2.
  private func punctuation(_ start: Int) -> Int? {
    let first = isBlank(start) ? start + 1 : start
    var end = run(of: rules.punctuation, from: first)
    guard end > first else { return nil }
    guard rules.newlinesEndPieces else { return end }
    while end < limit,
      Self.isLineEnd(bytes[end]) || rules.slashesEndPunctuation && bytes[end] == 0x2F
    {
      end += 1
    }
    return end
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  /// `\s*[\r\n]+|\s+(?!\S)|\s+`: up to the last line end of the white space; without one, up to
  /// the last character, which goes with what follows; and a single one, or all at the end of the
  /// text, as it is.
  private func whitespace(_ start: Int) -> Int {
    var end = start
    var lastStart = start
    var newlineEnd: Int?
    while end < limit {
      let next = character(at: end)
      guard CharacterClass.whitespace.contains(next.kind) else { break }
      lastStart = end
      end = next.end
      if next.kind == .newline { newlineEnd = end }
    }
    if end == limit, rules.joinsFinalWhitespace { return end }
    if rules.newlinesEndPieces, let newlineEnd { return newlineEnd }
    return end == limit || lastStart == start ? end : lastStart
  }

  /// Whether U+0020 stands at `position`.
  @inline(__always)
  private func isBlank(_ position: Int) -> Bool { bytes[position] == UInt8(ascii: " ") }
}
