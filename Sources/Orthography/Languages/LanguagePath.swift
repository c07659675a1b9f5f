/// The likeliest languages of the words of a text, chosen together (Viterbi).
///
/// A state is a word's language and the language around it: English words stand in Kannada or in Telugu text.
/// So English is a cheap change, and Telugu amid Kannada a dear one, even with English between them.
///
/// ```
/// state     kn    te    en in kn    en in te
/// word      kn    te    en          en
/// ```
struct LanguagePath {
  /// The language around English words.
  enum Surrounding: Int {
    case kannada = 0
    case telugu = 1
  }

  private typealias Sums = SIMD4<Float>

  // In nats. Chosen on code-mixed Telugu (UD_Telugu_English-TECT), whose words are labelled, and on unseen
  // sentences of one language: a higher cost finds fewer English words in the one, a lower one more
  // of them in the other. `docs/ORTHOGRAPHY.md` has the figures.
  private static let englishCost: Float = 0.5
  private static let surroundingCost: Float = 4

  private static let english = 2
  private static let states = 0..<4

  private var sums = Sums.zero
  /// For each word but the first, the best state before each of its states.
  private var origins: [SIMD4<UInt8>] = []
  private var isEmpty = true

  /// Appends a word in Latin letters.
  mutating func append(_ scores: RomanizedLanguageModel.Scores) {
    extend(by: Sums(scores[0], scores[1], scores[Self.english], scores[Self.english]))
  }

  /// Appends a word whose script tells what surrounds it, or tells nothing.
  mutating func append(settling surrounding: Surrounding?) {
    guard let surrounding else { return extend(by: Sums.zero) }
    var sums = Sums(repeating: -.infinity)
    sums[surrounding.rawValue] = 0
    extend(by: sums)
  }

  private mutating func extend(by scores: Sums) {
    defer { isEmpty = false }
    guard !isEmpty else {
      sums = scores
      return
    }
    var origin = SIMD4<UInt8>.zero
    var next = scores
    for state in Self.states {
      let best = Self.states.max { value($0, before: state) < value($1, before: state) } ?? state
      origin[state] = UInt8(best)
      next[state] += value(best, before: state)
    }
    sums = next
    origins.append(origin)
  }

  private func value(_ origin: Int, before state: Int) -> Float {
    let changesEnglish = (origin >= Self.english) != (state >= Self.english)
    let changesSurrounding = origin % 2 != state % 2
    return sums[origin] - (changesEnglish ? Self.englishCost : 0)
      - (changesSurrounding ? Self.surroundingCost : 0)
  }

  /// For each word the place of its language in `RomanizedLanguageModel.languages`.
  func best() -> [Int] {
    guard !isEmpty else { return [] }
    var path = [Self.states.max { sums[$0] < sums[$1] } ?? 0]
    for origin in origins.reversed() { path.append(Int(origin[path[path.count - 1]])) }
    return path.reversed().map { min($0, Self.english) }
  }
}
