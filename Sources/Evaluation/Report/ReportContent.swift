package import Batching

/// Everything that a report shows, gathered by the caller; the page itself reads no file.
package struct ReportContent: Sendable {
  /// How a model does on the held-out rows.
  package struct Score: Sendable {
    /// The rows' name: a language, or "all".
    package var name: String
    /// Supervised tokens that were predicted.
    package var tokens: Int
    /// Mean loss of the base model, in nats a token.
    package var base: Double
    /// Mean loss of the trained model, in nats a token.
    package var trained: Double

    /// A score.
    package init(name: String, tokens: Int, base: Double, trained: Double) {
      self.name = name
      self.tokens = tokens
      self.base = base
      self.trained = trained
    }
  }

  /// Both models' answers to one prompt.
  package struct Answers: Sendable {
    /// The prompt.
    package var prompt: String
    /// Its language, a BCP 47 tag, for the fonts.
    package var language: String
    /// The base model's answer.
    package var base: String
    /// The trained model's answer.
    package var trained: String

    /// Two answers.
    package init(prompt: String, language: String, base: String, trained: String) {
      self.prompt = prompt
      self.language = language
      self.base = base
      self.trained = trained
    }
  }

  /// What one stage took in, kept and dropped.
  package struct Account: Sendable {
    /// The stage or source.
    package var name: String
    /// What is counted: records, conversations, samples.
    package var unit: String
    /// How many came in.
    package var read: Int
    /// How many were kept.
    package var kept: Int
    /// How many were dropped, by reason.
    package var dropped: [String: Int]

    /// An account.
    package init(name: String, unit: String, read: Int, kept: Int, dropped: [String: Int]) {
      self.name = name
      self.unit = unit
      self.read = read
      self.kept = kept
      self.dropped = dropped
    }

    /// Whether what came in is what was kept and dropped.
    var isConserved: Bool { read == kept + dropped.values.reduce(0, +) }
  }

  /// A point of the training curve.
  package struct CurvePoint: Sendable {
    /// Optimizer steps done.
    package var step: Int
    /// The loss, in nats a token.
    package var loss: Double

    /// A point.
    package init(step: Int, loss: Double) {
      self.step = step
      self.loss = loss
    }
  }

  /// The run's name.
  package var project: String
  /// Held-out scores; the first is over all rows.
  package var scores: [Score] = []
  /// Training loss by step.
  package var trainingLoss: [CurvePoint] = []
  /// Held-out loss by step.
  package var heldOutLoss: [CurvePoint] = []
  /// Both models' answers.
  package var answers: [Answers] = []
  /// How both models answer held-out rows; the first is over all of them.
  package var answerScores: [AnswerScorePair] = []
  /// Accounts of the data stages, in order.
  package var accounts: [Account] = []
  /// The token ledger of each split.
  package var ledgers: [(split: String, ledger: TokenLedger)] = []
  /// Rows whose label masks are drawn.
  package var masks: [LabelMaskPicture] = []
  /// Facts: models, digests, options; in the order in which they are shown.
  package var facts: [(name: String, value: String)] = []
  /// When the report was made, as text: reports may carry times, artifacts may not.
  package var created: String

  /// An empty report of `project`.
  package init(project: String, created: String) {
    self.project = project
    self.created = created
  }
}
