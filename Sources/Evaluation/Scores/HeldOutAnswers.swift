package import Batching
package import Conversations
package import Modeling
package import Tokenization

/// Lets models answer held-out rows and compares what they say with the rows' own answers.
///
/// A row's last supervised stretch is its answer; the tokens before it are the prompt, exactly as the
/// row was trained on. The first rows of each language are taken.
package struct HeldOutAnswers {
  /// A row as a question with its answer.
  private struct Question {
    var language: String
    var promptIDs: [TokenID]
    var reference: String
  }

  private let questions: [Question]
  private let answerer: PromptAnswerer
  private let options: EvaluationOptions

  /// Questions from the rows of `split`.
  ///
  /// - Parameters:
  ///   - answerer: turns tokens into text and knows where answers end.
  /// - Throws: `malformed` if a row cannot be read.
  package init(
    _ shards: ShardSet, split: Split = .validation, tokenizer: any Tokenizer,
    answerer: PromptAnswerer, options: EvaluationOptions
  ) throws {
    self.answerer = answerer
    self.options = options
    var questions: [Question] = []
    var taken: [String: Int] = [:]
    for index in 0..<shards.rowCount(split) {
      let language = try shards.record(split, index).language ?? HeldOutScorer.unknownLanguage
      guard taken[language, default: 0] < options.answerRows,
        let question = Self.question(shards.row(split, index), language, tokenizer)
      else { continue }
      taken[language, default: 0] += 1
      questions.append(question)
    }
    self.questions = questions
  }

  /// The last stretch of supervised tokens as an answer; `nil` where a row has no prompt before it.
  private static func question(
    _ row: TokenRow, _ language: String, _ tokenizer: any Tokenizer
  ) -> Question? {
    guard let last = row.labels.lastIndex(where: { $0 >= 0 }) else { return nil }
    let start = (row.labels[..<last].lastIndex { $0 < 0 } ?? -1) + 1
    guard start > 0 else { return nil }
    let answer = row.inputIDs[start...last].prefix { !tokenizer.isSpecial($0) }
    return Question(
      language: language, promptIDs: Array(row.inputIDs[..<start]),
      reference: String(decoding: tokenizer.decode(Array(answer)), as: UTF8.self))
  }

  /// Whether there is nothing to ask.
  package var isEmpty: Bool { questions.isEmpty }

  /// The tokens of the longest prompt.
  package var longestPrompt: Int { questions.map(\.promptIDs.count).max() ?? 0 }

  /// The scores of the model behind `generator`: of all answers first, then language by language.
  ///
  /// - Throws: what generating throws.
  package func scores(by generator: TextGenerator) throws -> [AnswerScore] {
    var total = AnswerCount()
    var languages: [String: AnswerCount] = [:]
    for (index, question) in questions.enumerated() {
      let answer = try answerer.answer(
        to: question.promptIDs, by: generator,
        GenerationOptions(
          maximumTokens: options.maxNewTokens, temperature: Double(options.temperature),
          seed: UInt64(index)))
      total.add(answer, reference: question.reference, language: question.language)
      languages[question.language, default: AnswerCount()].add(
        answer, reference: question.reference, language: question.language)
    }
    return [total.score(HeldOutScorer.allRows)]
      + languages.sorted { $0.key < $1.key }.map { $0.value.score($0.key) }
  }
}
