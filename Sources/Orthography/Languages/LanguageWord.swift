/// A word of a text, with what its letters say about its language.
struct LanguageWord {
  /// Its bytes in the text.
  var range: Range<Int>
  /// The script of its first letter that belongs to one.
  var script: Script
  /// Its letters and marks.
  var letters: Int

  /// The words of a text: runs of letters, marks and joiners of one script, an apostrophe between
  /// letters included. Digits, punctuation and emoji are parts of no word.
  static func words(of text: String) -> [LanguageWord] {
    var words: [LanguageWord] = []
    var word: LanguageWord?
    var offset = 0
    var apostrophe: Int?
    for scalar in text.unicodeScalars {
      let end = offset + UTF8.width(scalar)
      defer { offset = end }
      guard isWordPart(scalar) else {
        if word != nil, apostrophe == nil, scalar == "'" || scalar == "’" {
          apostrophe = offset
          continue
        }
        if let finished = word { words.append(finished) }
        (word, apostrophe) = (nil, nil)
        continue
      }
      let script = Script(of: scalar)
      if var open = word, script.isShared || open.script == script {
        open.range = open.range.lowerBound..<end
        open.letters += 1
        word = open
      } else {
        if let finished = word { words.append(finished) }
        // A mark that belongs to no script begins no word.
        word = script.isShared ? nil : LanguageWord(range: offset..<end, script: script, letters: 1)
      }
      apostrophe = nil
    }
    if let finished = word { words.append(finished) }
    return words
  }

  private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x41...0x5A, 0x61...0x7A: true
    case 0..<0x80: false
    case 0x200C, 0x200D: true  // ZWNJ and ZWJ inside a word belong to it
    default:
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .nonspacingMark, .spacingMark, .enclosingMark:
        true
      default: false
      }
    }
  }
}
