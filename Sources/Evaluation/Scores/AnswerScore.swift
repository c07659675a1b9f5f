package import Artifacts
internal import Modeling
internal import Orthography

/// How a model answers the held-out rows of one language.
package struct AnswerScore: Sendable, Equatable {
  /// The rows' language, or `all`.
  package var name: String
  /// How many answers.
  package var answers: Int
  /// chrF against the rows' own answers, 0 to 100.
  package var chrF: Double
  /// chrF++ against them.
  package var chrFWithWords: Double
  /// The share of the answers' letters and vowel signs that are of the expected script.
  package var scriptFidelity: Double
  /// The share of answers that the model ended itself.
  package var endTokenRate: Double

  /// The score as `evaluation.json` has it.
  package var json: JSONValue {
    [
      "answers": JSONValue(answers), "chrf": .number(chrF),
      "chrf_plus_plus": .number(chrFWithWords),
      "script_fidelity": .number(scriptFidelity), "end_token_rate": .number(endTokenRate),
    ]
  }
}

/// What is counted while answers come.
struct AnswerCount {
  private var chrF = ChrF()
  private var answers = 0
  private var letters = 0
  private var lettersOfScript = 0
  private var ended = 0

  /// Counts an answer.
  ///
  /// - Parameters:
  ///   - language: the row's language; its script, or where it is not known the reference's main one,
  ///     is what is expected.
  mutating func add(_ answer: Answer, reference: String, language: String) {
    chrF.add(answer.text, reference: reference)
    answers += 1
    if case .stopToken = answer.stopReason { ended += 1 }
    let profile = ScriptProfile(of: answer.text)
    letters += profile.total
    let expected =
      Self.script(of: language) ?? ScriptProfile(of: reference).dominantScript
    if let expected { lettersOfScript += profile.count(of: expected) }
  }

  /// What was counted. Answers without letters have nothing in a wrong script.
  func score(_ name: String) -> AnswerScore {
    AnswerScore(
      name: name, answers: answers, chrF: chrF.score, chrFWithWords: chrF.scoreWithWords,
      scriptFidelity: letters > 0 ? Double(lettersOfScript) / Double(letters) : 1,
      endTokenRate: answers > 0 ? Double(ended) / Double(answers) : 0)
  }

  /// The script of a BCP 47 tag: the one that it names, else the language's own.
  static func script(of language: String) -> Script? {
    let parts = language.split(separator: "-").map(String.init)
    if let named = parts.dropFirst().first(where: { $0.utf8.count == 4 }) {
      return Script(code: named)
    }
    switch parts.first {
    case "kn": return .kannada
    case "te": return .telugu
    case "en": return .latin
    default: return nil
    }
  }
}
