internal import Foundation

/// Reads ISO 15919 into a script.
struct ISO15919Reader {
  private let scheme: ISO15919
  private let text: [Unicode.Scalar]
  private var place = 0
  private var joint = ISO15919.Joint.none
  private var output = String.UnicodeScalarView()

  init(_ scheme: ISO15919, _ text: String) {
    self.scheme = scheme
    self.text = Array(text.unicodeScalars)
  }

  mutating func read() -> String {
    while place < text.count {
      let end = wordEnd()
      if end > place {
        readWord(text[place..<end])
        place = end
      } else if text[place] == ":" {
        readColons()
      } else {
        keep(text[place])
        place += 1
      }
    }
    settle()
    return String(output)
  }

  /// The end of the Latin letters and their accents that begin here.
  private func wordEnd() -> Int {
    var end = place
    while end < text.count, Self.isLatin(text[end]) || end > place && Self.isAccent(text[end]) {
      end += 1
    }
    return end
  }

  private static func isLatin(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic && Script(of: scalar) == .latin
  }

  private static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
    (0x300...0x36F).contains(scalar.value)
  }

  private mutating func readWord(_ word: ArraySlice<Unicode.Scalar>) {
    guard let letters = letters(of: word) else {
      settle()
      output.append(contentsOf: word)
      return
    }
    for (letter, sign) in letters { append(letter, sign) }
  }

  /// The letters of a word; `nil` where a part of it is none.
  private func letters(
    of word: ArraySlice<Unicode.Scalar>
  ) -> [(ISO15919Letter, sign: Unicode.Scalar?)]? {
    let folded = String(String.UnicodeScalarView(word)).lowercased()
      .precomposedStringWithCanonicalMapping
    var rest = Array(folded.unicodeScalars)[...]
    var letters: [(ISO15919Letter, sign: Unicode.Scalar?)] = []
    while !rest.isEmpty {
      guard let found = scheme.letter(startingWith: rest) else { return nil }
      letters.append((found.letter, found.sign))
      rest = rest.dropFirst(found.length)
    }
    return letters
  }

  private mutating func append(_ letter: ISO15919Letter, _ sign: Unicode.Scalar?) {
    switch letter.kind {
    case .vowel where isBehindConsonant:
      // A short a has no sign: the consonant has it by itself.
      if let sign { output.append(sign) }
      joint = letter.roman == "a" ? .shortA : .none
    case .vowel, .sign:
      output.append(letter.native)
      joint = letter.roman == "a" ? .shortA : .none
    case .consonant:
      settle()
      output.append(letter.native)
      joint = .consonant(letter)
    case .final:
      settle()
      output.append(letter.native)
    }
  }

  /// Colons that keep letters apart; one of them is not of the text.
  private mutating func readColons() {
    let start = place
    while place < text.count, text[place] == ":" { place += 1 }
    let before = joint
    settle()
    let letters = letters(of: text[place..<wordEnd()])
    let isAdded = letters?.first.map { scheme.needsColon(before, before: $0.0) } ?? false
    output.append(contentsOf: repeatElement(":", count: place - start - (isAdded ? 1 : 0)))
  }

  private mutating func keep(_ scalar: Unicode.Scalar) {
    settle()
    output.append(scalar)
  }

  private var isBehindConsonant: Bool { if case .consonant = joint { true } else { false } }

  /// A consonant that no vowel follows has a virama.
  private mutating func settle() {
    if isBehindConsonant { output.append(scheme.virama) }
    joint = .none
  }
}
