internal import CICU

/// Letters and marks by script, counted over several texts: what `ScriptProfile` counts, for many
/// short texts of which only the language is wanted.
///
/// ```swift
/// var tally = ScriptTally()
/// for answer in answers { tally.add(answer) }
/// tally.language      // as ScriptProfile's of all the texts together
/// ```
package struct ScriptTally {
  /// What the counts say.
  package enum Language: Equatable {
    /// No text had a letter.
    case none
    /// The tag of a language that its script tells, or `mul`.
    case tag(String)
    /// Another script may have most of the letters: `ScriptProfile` tells which.
    case other
  }

  private var counts = cicu_script_tally()

  /// Counts of nothing.
  package init() {}

  /// Counts the letters and marks of a text in UTF-8.
  ///
  /// A character of three bytes takes about two steps, ASCII a tenth of one.
  package mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
    cicu_script_tally_add(&counts, text.baseAddress, text.count)
  }

  /// The language of all texts.
  package var language: Language {
    let total = counts.latin + counts.kannada + counts.telugu + counts.others
    guard total > 0 else { return .none }
    func isMost(_ count: UInt64) -> Bool {
      Double(count) / Double(total) >= ScriptProfile.singleScriptFraction
    }
    if isMost(counts.kannada) { return .tag("kn") }
    if isMost(counts.telugu) { return .tag("te") }
    if isMost(counts.latin) { return .tag("en") }
    return isMost(counts.others) ? .other : .tag("mul")
  }
}
