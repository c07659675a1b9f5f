internal import Artifacts
internal import Batching
internal import Compute
internal import Evaluation
internal import Foundation
internal import Modeling
internal import Tokenization
internal import Training

/// Base and trained model side by side: held-out loss, answers, and the report page.
struct EvaluateStage: StageWork {
  let context: RunContext
  let stage = PipelineStage.evaluate
  let outputs = [RunContext.Place.evaluation, RunContext.Place.report]

  private var recipe: Recipe { context.recipe }

  func options() -> JSONValue { recipe.json["evaluation"] ?? .null }

  func inputs(_ earlier: [PipelineStage: StageRecord]) throws -> [(String, Digest)] {
    let prompts = try recipe.evaluation.prompts.map { [("prompts", try Digest(ofFile: $0))] } ?? []
    return prompts + [
      ("training", earlier.digest(of: .train, below: RunContext.Place.training)),
      ("trained", earlier.digest(of: .train, below: context.trainedPlace)),
      ("shards", earlier.digest(of: .shard, below: RunContext.Place.shards)),
    ]
  }

  func perform() throws {
    let shards = try ShardSet(context.shardFolder)
    let backend = try context.makeBackend()
    let models = try ModelPair(context: context, backend: backend)
    context.report("evaluate: held-out loss of the base and the trained model")
    let scorer = try HeldOutScorer(shards)
    let base = try scorer.scores(of: models.base, on: backend)
    let trained = try scorer.scores(of: models.trained, on: backend)
    let answers = try answer(with: models, on: backend)
    let evaluation = EvaluationResult(
      scores: zip(base, trained).map { .init(base: $0, trained: $1) }, answers: answers,
      answerScores: try answerRows(of: shards, with: models, on: backend))
    let folder = try AtomicFolder(context.path(RunContext.Place.evaluation))
    try AtomicFile.write(
      evaluation.json.pretty, to: Path.join(folder.workPath, "evaluation.json"))
    try folder.commit()
    if let all = evaluation.scores.first { context.report("evaluate: \(all.summary)") }
    if let all = evaluation.answerScores.first { context.report("evaluate: \(all.summary)") }
    try writeReport(evaluation, shards: shards, models: models, backend: backend)
  }

  private func answer(with models: ModelPair, on backend: any Backend) throws -> [AnswerPair] {
    guard let path = recipe.evaluation.prompts else { return [] }
    let prompts = try Prompt.read(path)
    context.report("evaluate: \(prompts.count) prompts answered by both models")
    let base = try answers(to: prompts, weights: models.base, on: backend)
    let trained = try answers(to: prompts, weights: models.trained, on: backend)
    return zip(prompts, zip(base, trained)).map { prompt, pair in
      AnswerPair(prompt: prompt, base: pair.0, trained: pair.1)
    }
  }

  /// The answers of one model, in the template of the training rows.
  private func answers(
    to prompts: [Prompt], weights: DecoderWeights, on backend: any Backend
  ) throws -> [Answer] {
    let answerer = try answerer(weights)
    let longest = try prompts.map { try answerer.tokens(of: $0.text).count }.max() ?? 0
    let options = recipe.evaluation
    let generator = try TextGenerator(
      weights, positions: longest + options.maxNewTokens, on: backend)
    return try prompts.enumerated().map { index, prompt in
      try answerer.answer(
        prompt.text, by: generator,
        GenerationOptions(
          maximumTokens: options.maxNewTokens, temperature: Double(options.temperature),
          seed: UInt64(index)))
    }
  }

  /// How both models answer held-out rows.
  private func answerRows(
    of shards: ShardSet, with models: ModelPair, on backend: any Backend
  ) throws -> [AnswerScorePair] {
    guard recipe.evaluation.answerRows > 0 else { return [] }
    let rows = try HeldOutAnswers(
      shards, tokenizer: BPETokenizer(contentsOf: context.tokenizerFile),
      answerer: answerer(models.base), options: recipe.evaluation)
    guard !rows.isEmpty else { return [] }
    func scores(_ weights: DecoderWeights) throws -> [AnswerScore] {
      let positions = rows.longestPrompt + recipe.evaluation.maxNewTokens
      return try rows.scores(
        by: TextGenerator(weights, positions: positions, on: backend))
    }
    let (base, trained) = (try scores(models.base), try scores(models.trained))
    return zip(base, trained).map { AnswerScorePair(base: $0, trained: $1) }
  }

  /// Prompts in the template of the training rows.
  private func answerer(_ weights: DecoderWeights) throws -> PromptAnswerer {
    let tokenizer = try BPETokenizer(contentsOf: context.tokenizerFile)
    let name = recipe.format.templates.first ?? "chatml"
    return try PromptAnswerer(
      weights.configuration, tokenizer: tokenizer,
      framing: .chat(
        try TemplateCatalog.template(
          named: name, for: tokenizer, sequenceTokens: recipe.format.sequenceTokens)))
  }

  private func writeReport(
    _ evaluation: EvaluationResult, shards: ShardSet, models: ModelPair, backend: any Backend
  ) throws {
    let content = try RunReport(
      context: context, shards: shards, evaluation: evaluation, models: models,
      backend: backend.configuration
    ).content
    try AtomicFile.write(ReportPage(content).bytes, to: context.path(RunContext.Place.report))
  }
}
