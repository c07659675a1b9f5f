public import Artifacts

/// What is evaluated beside the held-out loss.
public struct EvaluationOptions: Sendable, Equatable {
  /// A JSON Lines file of prompts, `{"prompt": …, "language": …}`; `nil` for none.
  public var prompts: String?
  /// Held-out rows of each language that both models answer, for chrF, script fidelity and the rate of
  /// ended answers (`answer_rows`); 0: none.
  public var answerRows = 4
  /// Tokens an answer may have at most.
  public var maxNewTokens = 64
  /// The temperature of the answers; 0 is greedy.
  public var temperature: Float = 0

  /// The defaults.
  public init() {}

  /// Reads the recipe's `evaluation` table.
  ///
  /// - Throws: `invalidOption`, with the line.
  public init(reading reader: inout OptionReader) throws {
    prompts = try reader.string("prompts")
    answerRows = try reader.integer("answer_rows", in: 0...100_000) ?? answerRows
    maxNewTokens = try reader.integer("max_new_tokens", in: 1...4096) ?? maxNewTokens
    temperature = try reader.number("temperature", in: 0...10).map { Float($0) } ?? temperature
    try reader.finish()
  }

  /// All resolved values.
  public var json: JSONValue {
    [
      "prompts": prompts.map { .string($0) } ?? .null,
      "answer_rows": JSONValue(answerRows), "max_new_tokens": JSONValue(maxNewTokens),
      "temperature": .number(Double(temperature)),
    ]
  }
}
