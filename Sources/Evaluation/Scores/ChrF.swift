/// chrF and chrF++: how many character n-grams, and word n-grams, of answers stand in their references.
///
///     precision and recall: for each order, matches / n-grams of the answers, and of the references
///     score = 100 · (1 + β²) P R / (β² P + R), β = 2, P and R the means over the orders that occur
///
/// Orders are 1 to 6 for characters, white space left out, and for chrF++ also 1 and 2 for words, with
/// an ASCII punctuation mark at a word's end, else at its start, a word of its own. Counts are added over
/// all answers before they are divided. A character is a Unicode scalar: a vowel sign counts as one.
///
/// Sources: Popović 2015, "chrF"; Popović 2017, "chrF++"; the arithmetic is that of sacrebleu 2.6
/// (`CHRF(word_order: 0 or 2)`), whose scores these equal.
package struct ChrF: Sendable {
  /// What was counted for one order.
  private struct Count: Sendable {
    var answer = 0
    var reference = 0
    var match = 0
  }

  private static let characterOrder = 6
  private static let wordOrder = 2
  private var counts = [Count](repeating: Count(), count: characterOrder + wordOrder)

  /// Nothing counted yet.
  package init() {}

  /// Counts an answer against its reference.
  package mutating func add(_ answer: String, reference: String) {
    let (left, right) = (Self.characters(answer), Self.characters(reference))
    for order in 1...Self.characterOrder { add(left, right, order, to: order - 1) }
    let (leftWords, rightWords) = (Self.words(answer), Self.words(reference))
    for order in 1...Self.wordOrder {
      add(leftWords, rightWords, order, to: Self.characterOrder + order - 1)
    }
  }

  /// chrF, 0 to 100.
  package var score: Double { score(over: counts.prefix(Self.characterOrder)) }

  /// chrF++, 0 to 100.
  package var scoreWithWords: Double { score(over: counts[...]) }

  private func score(over counts: ArraySlice<Count>) -> Double {
    let known = counts.filter { $0.answer > 0 && $0.reference > 0 }
    guard !known.isEmpty else { return 0 }
    let orders = Double(known.count)
    let precision = known.reduce(0) { $0 + Double($1.match) / Double($1.answer) } / orders
    let recall = known.reduce(0) { $0 + Double($1.match) / Double($1.reference) } / orders
    guard precision + recall > 0 else { return 0 }
    return 100 * 5 * precision * recall / (4 * precision + recall)
  }

  private mutating func add<Element: Hashable>(
    _ answer: [Element], _ reference: [Element], _ order: Int, to index: Int
  ) {
    let (left, right) = (Self.grams(answer, order), Self.grams(reference, order))
    // As sacrebleu: an answer counts only where the reference has n-grams of the order.
    if !right.isEmpty { counts[index].answer += left.values.reduce(0, +) }
    counts[index].reference += right.values.reduce(0, +)
    counts[index].match += left.reduce(0) { $0 + min($1.value, right[$1.key] ?? 0) }
  }

  private static func grams<Element: Hashable>(
    _ elements: [Element], _ order: Int
  ) -> [ArraySlice<Element>: Int] {
    guard elements.count >= order else { return [:] }
    return (0...elements.count - order).reduce(into: [:]) { counts, start in
      counts[elements[start..<start + order], default: 0] += 1
    }
  }

  /// The words between white space, as Python's `str.split` finds them.
  private static func split(_ text: String) -> [[Unicode.Scalar]] {
    text.unicodeScalars.split { isSpace($0) }.map(Array.init)
  }

  /// Python's `str.isspace`: white space, and the four separators of ASCII.
  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }

  private static func characters(_ text: String) -> [Unicode.Scalar] { split(text).flatMap { $0 } }

  private static func words(_ text: String) -> [[Unicode.Scalar]] {
    split(text).flatMap { word -> [[Unicode.Scalar]] in
      guard word.count > 1 else { return [word] }
      if isPunctuation(word[word.count - 1]) {
        return [Array(word.dropLast()), [word[word.count - 1]]]
      }
      return isPunctuation(word[0]) ? [[word[0]], Array(word.dropFirst())] : [word]
    }
  }

  /// Python's `string.punctuation`.
  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }
}
