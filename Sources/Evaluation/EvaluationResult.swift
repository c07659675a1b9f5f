package import Artifacts

/// The scores of two models on the same rows.
package struct ScorePair: Sendable, Equatable {
  /// The base model's score.
  package var base: HeldOutScore
  /// The trained model's score.
  package var trained: HeldOutScore

  /// Two scores of the same rows.
  package init(base: HeldOutScore, trained: HeldOutScore) {
    self.base = base
    self.trained = trained
  }

  /// The change of the loss, as a share of the base's.
  package var change: Double { (trained.loss - base.loss) / base.loss }

  /// One line for people.
  package var summary: String {
    "held-out loss \(NumberText.decimal(base.loss, 4)) before, "
      + "\(NumberText.decimal(trained.loss, 4)) after (\(NumberText.percent(change)))"
  }
}

/// Two models' answers to one prompt.
package struct AnswerPair: Sendable, Equatable {
  /// What was asked.
  package var prompt: Prompt
  /// The base model's answer.
  package var base: Answer
  /// The trained model's answer.
  package var trained: Answer

  /// Two answers.
  package init(prompt: Prompt, base: Answer, trained: Answer) {
    self.prompt = prompt
    self.base = base
    self.trained = trained
  }
}

/// How two models answer the same held-out rows.
package struct AnswerScorePair: Sendable, Equatable {
  /// The base model's score.
  package var base: AnswerScore
  /// The trained model's score.
  package var trained: AnswerScore

  /// Two scores over the same rows.
  package init(base: AnswerScore, trained: AnswerScore) {
    self.base = base
    self.trained = trained
  }

  /// One line for people.
  package var summary: String {
    func text(_ score: AnswerScore) -> String {
      "chrF \(NumberText.decimal(score.chrF, 1)), script "
        + "\(NumberText.percent(score.scriptFidelity)), ended \(NumberText.percent(score.endTokenRate))"
    }
    return "answers to \(base.answers) held-out rows: \(text(base)) before; \(text(trained)) after"
  }
}

/// What an evaluation found: `evaluation.json`.
package struct EvaluationResult: Sendable, Equatable {
  /// Scores; the first is over all rows.
  package var scores: [ScorePair]
  /// Answers, in the order of the prompts.
  package var answers: [AnswerPair]
  /// How held-out rows were answered; the first is over all of them.
  package var answerScores: [AnswerScorePair]

  /// A result.
  package init(
    scores: [ScorePair], answers: [AnswerPair], answerScores: [AnswerScorePair] = []
  ) {
    self.scores = scores
    self.answers = answers
    self.answerScores = answerScores
  }

  /// The result as written.
  package var json: JSONValue {
    let scores = scores.map { pair -> JSONValue in
      [
        "rows": .string(pair.base.name), "tokens": JSONValue(pair.base.tokens),
        "base_loss": .number(pair.base.loss), "trained_loss": .number(pair.trained.loss),
        "change": .number(pair.change),
      ]
    }
    let answers = answers.map { pair -> JSONValue in
      [
        "prompt": .string(pair.prompt.text), "language": .string(pair.prompt.language),
        "base": Self.json(pair.base), "trained": Self.json(pair.trained),
      ]
    }
    let answerScores = answerScores.map { pair -> JSONValue in
      ["rows": .string(pair.base.name), "base": pair.base.json, "trained": pair.trained.json]
    }
    return [
      "scores": .array(scores), "answer_scores": .array(answerScores),
      "answers": .array(answers),
    ]
  }

  private static func json(_ answer: Answer) -> JSONValue {
    var isEnded = false
    if case .stopToken = answer.stopReason { isEnded = true }
    return [
      "text": .string(answer.text), "tokens": JSONValue(answer.ids.count),
      "ended": .bool(isEnded),
    ]
  }
}
