/// Turns Nudi's and Baraha's glyph codes into Unicode.
///
/// ```
/// PÀ£ÀßqÀ  →  ಕನ್ನಡ          ¸ÀA¸ÀÌøw  →  ಸಂಸ್ಕೃತಿ          «±Àé PAPERS  →  ವಿಶ್ವ PAPERS
/// ```
///
/// Glyphs are in visual order: a body, its signs, the consonants below it, and the arkavattu that is
/// spoken first. A syllable ends where the next body begins. The virama glyph before another
/// consonant becomes virama and ZWNJ, since the font shows it.
struct NudiDecoder {
  /// What is decoded.
  enum Scope {
    /// All of a text, as in a run that is set in such a font.
    case everything
    /// Words that hold one of the glyphs above ASCII; other words are English, and stay.
    case glyphWords
  }

  /// The decoded text, and which scalars of the input had no place (they are kept as they are).
  struct Result {
    var text = ""
    var misplaced: [Int] = []
    /// How many words were decoded.
    var words = 0
  }

  private let glyphs: [UnicodeScalar]
  private var place = 0

  private init(_ glyphs: [UnicodeScalar]) { self.glyphs = glyphs }

  static func decode(_ glyphs: [UnicodeScalar], _ scope: Scope) -> Result {
    var decoder = NudiDecoder(glyphs)
    return decoder.decode(scope)
  }

  private mutating func decode(_ scope: Scope) -> Result {
    var words: [Word] = []
    while let glyph = peek(0) {
      if glyph.properties.isWhitespace {
        place += 1
      } else {
        words.append(word())
      }
    }
    var result = Result()
    var text = String.UnicodeScalarView()
    var start = 0
    for (index, word) in words.enumerated() {
      text.append(contentsOf: glyphs[start..<word.range.lowerBound])
      start = word.range.upperBound
      if scope == .everything || isKannada(words, index) {
        text += word.text.unicodeScalars
        result.misplaced += word.misplaced
        result.words += 1
      } else {
        text.append(contentsOf: glyphs[word.range])
      }
    }
    text.append(contentsOf: glyphs[start...])
    result.text = String(text)
    return result
  }

  /// A word with its reading.
  private struct Word {
    var range: Range<Int>
    var text = ""
    var misplaced: [Int] = []
    var likeness = Likeness.none
  }

  /// How much a word in a text that may be mixed looks like glyph codes.
  private enum Likeness {
    case none
    /// Nothing speaks against it: a body above ASCII stands in it, such as © or «.
    case possible
    /// A sign or a consonant below stands in it.
    case certain
  }

  /// Words that are only possible are read with their neighbours.
  private func isKannada(_ words: [Word], _ index: Int) -> Bool {
    guard words[index].likeness == .possible else { return words[index].likeness == .certain }
    return [index - 1, index + 1].contains {
      words.indices.contains($0) && words[$0].likeness == .certain
    }
  }

  /// Reads up to the next white space that ends a syllable.
  private mutating func word() -> Word {
    let start = place
    var word = Word(range: start..<start)
    while let glyph = peek(0), !glyph.properties.isWhitespace {
      if let syllable = syllable() {
        word.text += syllable
      } else {
        if !isPlain(glyph) { word.misplaced.append(place) }
        word.text.unicodeScalars.append(glyph)
        place += 1
      }
    }
    word.range = start..<place
    word.likeness = likeness(glyphs[word.range], word.misplaced.count)
    return word
  }

  /// A quarter of the characters lies above ASCII ("naïve" has a fifth), one of them is a sign or
  /// body, and hardly any of them is left without a place ("État" has its É first).
  private func likeness(_ word: ArraySlice<UnicodeScalar>, _ misplaced: Int) -> Likeness {
    let high = word.count { !$0.isASCII }
    guard word.contains(where: NudiGlyphs.core.contains), 4 * high >= word.count,
      3 * misplaced < high
    else { return .none }
    let isCertain = word.contains { NudiGlyphs.signs.contains($0) || NudiGlyphs.below[$0] != nil }
    return isCertain ? .certain : .possible
  }

  /// What may stand between words and glyphs: digits, punctuation, Unicode's own Kannada.
  private func isPlain(_ scalar: UnicodeScalar) -> Bool {
    scalar.isASCII ? !scalar.properties.isAlphabetic : scalar.value > 0xFF
  }

  private func peek(_ ahead: Int) -> UnicodeScalar? {
    place + ahead < glyphs.count ? glyphs[place + ahead] : nil
  }

  /// The syllable that begins here, if one does.
  private mutating func syllable() -> String? {
    for (sequence, text) in NudiGlyphs.exceptions where glyphs[place...].starts(with: sequence) {
      place += sequence.count
      return text
    }
    guard var syllable = body() else { return nil }
    while addSign(to: &syllable) {}
    let showsVirama = syllable.vowel == .none && startsConsonant
    return syllable.text + (showsVirama ? "\u{200C}" : "")
  }

  private var startsConsonant: Bool {
    guard let next = peek(0) else { return false }
    return NudiGlyphs.bodies[next] != nil || NudiGlyphs.bodiesWithI[next] != nil || startsYa
  }

  /// ಯ is drawn as A, i and signs; A alone is the anusvara. Some typists write 0 for its circle.
  private var startsYa: Bool {
    guard peek(0) == "A" || peek(0) == "0", peek(1) == "i" else { return false }
    return peek(2) == "À" || peek(2) == "É"
  }

  /// The letter that begins a syllable.
  private mutating func body() -> NudiSyllable? {
    guard let glyph = peek(0) else { return nil }
    if startsYa {
      place += 2
      var syllable = NudiSyllable("ಯ")
      syllable.awaitsStroke = true
      return syllable
    }
    if glyph == "I", peek(1) == "Ä" {
      place += 2
      return NudiSyllable("ಋ")
    }
    if let letter = NudiGlyphs.bodies[glyph] {
      // A body that needs a sign, typed twice.
      if peek(1) == glyph, !NudiGlyphs.whole.contains(glyph), peek(2) == "À" { place += 1 }
      place += 1
      return NudiSyllable(letter)
    }
    if let letter = NudiGlyphs.bodiesWithI[glyph] {
      place += 1
      var syllable = NudiSyllable(letter)
      syllable.vowel = .i
      syllable.awaitsStroke = letter == "ಯ"
      return syllable
    }
    guard let letter = NudiGlyphs.vowels[glyph] ?? Self.loneLetters[glyph] else { return nil }
    place += 1
    return NudiSyllable(letter)
  }

  /// Letters that only stand by themselves where a text is damaged.
  private static let loneLetters: [UnicodeScalar: UnicodeScalar] = ["i": "ಯ", "A": "ಂ", "B": "ಃ"]

  /// Adds the glyph that stands here to a syllable; `false` where the syllable ends.
  private mutating func addSign(to syllable: inout NudiSyllable) -> Bool {
    guard let glyph = peek(0), syllable.final == nil else { return false }
    if NudiGlyphs.signs.contains(glyph) {
      guard syllable.add(glyph) else { return false }
    } else if let consonant = NudiGlyphs.below[glyph] {
      if syllable.below.last != consonant { syllable.below.append(consonant) }
    } else if !addRareSign(glyph, to: &syllable) {
      return false
    }
    place += 1
    return true
  }

  private mutating func addRareSign(
    _ glyph: UnicodeScalar, to syllable: inout NudiSyllable
  ) -> Bool {
    switch glyph {
    case "ð": syllable.hasArkavattu = true
    case "A" where !startsYa: syllable.final = "ಂ"
    case "B": syllable.final = "ಃ"
    // A blank before a consonant below, which cannot begin a word.
    case " " where peek(1).flatMap { NudiGlyphs.below[$0] } != nil: break
    default: return addLetterPart(glyph, to: &syllable)
    }
    return true
  }

  /// Glyphs that make another letter of the body.
  private func addLetterPart(_ glyph: UnicodeScalar, to syllable: inout NudiSyllable) -> Bool {
    let aspirated = NudiGlyphs.aspirated[syllable.letter]
    switch glyph {
    case "s" where aspirated != nil && !syllable.hasSigns && syllable.vowel == .a,
      "ü" where aspirated != nil && syllable.vowel == .i:
      syllable.letter = aspirated ?? syllable.letter
    case "h" where syllable.letter == "ರ" && syllable.below.isEmpty:
      syllable.letter = "ಝ"
      syllable.awaitsStroke = true
    case "i" where ["Á", "Ë", "ï"].contains(peek(1)) && ["ಯ", "ಝ", "ವ"].contains(syllable.letter):
      if syllable.letter == "ವ" { syllable.letter = "ಮ" }
      syllable.awaitsStroke = false
    default: return false
    }
    return true
  }
}
