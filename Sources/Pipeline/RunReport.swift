internal import Artifacts
internal import Batching
internal import Conversations
internal import Evaluation
internal import Foundation
internal import Tokenization
internal import Training

/// Gathers what the report page shows from what the stages have left in the run directory.
struct RunReport {
  let context: RunContext
  let shards: ShardSet
  let evaluation: EvaluationResult
  let models: ModelPair
  let backend: String

  /// How many rows have their label mask drawn: one for each language, at most these.
  private static let maskCount = 3

  /// Everything that the page shows.
  ///
  /// - Throws: `malformed` if a stage's report cannot be read.
  var content: ReportContent {
    get throws {
      var content = ReportContent(
        project: context.recipe.project,
        created: Date.now.formatted(
          .iso8601.year().month().day().time(includingFractionalSeconds: false)))
      content.scores = evaluation.scores.map { pair in
        .init(
          name: pair.base.name, tokens: pair.base.tokens, base: pair.base.loss,
          trained: pair.trained.loss)
      }
      content.answers = evaluation.answers.map { pair in
        .init(
          prompt: pair.prompt.text, language: pair.prompt.language, base: pair.base.text,
          trained: pair.trained.text)
      }
      content.answerScores = evaluation.answerScores
      (content.trainingLoss, content.heldOutLoss) = try curves()
      content.accounts = try importAccounts() + [curationAccount()] + shardAccounts
      content.ledgers = shards.manifest.splits.map { ($0.split.rawValue, $0.counts.ledger) }
      content.masks = try masks()
      content.facts = try facts()
      return content
    }
  }

  private func document(_ path: String) throws -> JSONValue {
    let file = context.path(path)
    return try JSONValue(parsing: TextFile(file).bytes, at: SourceLocation(file: file))
  }

  // MARK: Curves

  private func curves() throws -> ([ReportContent.CurvePoint], [ReportContent.CurvePoint]) {
    let curves = try LossCurves(
      metrics: context.path("\(RunContext.Place.training)/metrics.jsonl"))
    return (curves.training, curves.heldOut)
  }

  // MARK: Accounts

  private func importAccounts() throws -> [ReportContent.Account] {
    let reports = try document("\(RunContext.Place.imported)/report.json").array ?? []
    return reports.map { entry in
      let report = entry["report"] ?? .null
      let paths = entry["paths"]?.array?.compactMap(\.string).joined(separator: ", ") ?? ""
      return account(
        "import: \(paths)", "records", report, read: "read", kept: "imported", dropped: "reasons")
    }
  }

  private func curationAccount() throws -> ReportContent.Account {
    account(
      "curate", "conversations", try document("\(RunContext.Place.curated)/report.json"),
      read: "in", kept: "kept", dropped: "reasons")
  }

  private var shardAccounts: [ReportContent.Account] {
    shards.manifest.splits.map { record in
      .init(
        name: "shard: \(record.split.rawValue)", unit: "conversations", read: record.counts.rowsIn,
        kept: record.counts.rowsKept, dropped: record.counts.dropped)
    }
  }

  private func account(
    _ name: String, _ unit: String, _ json: JSONValue, read: String, kept: String, dropped: String
  ) -> ReportContent.Account {
    func count(_ value: JSONValue?) -> Int { value?.integer.map { Int($0) } ?? 0 }
    let reasons = json[dropped]?.object?.pairs ?? []
    return .init(
      name: name, unit: unit, read: count(json[read]), kept: count(json[kept]),
      dropped: Dictionary(reasons.map { ($0.key, count($0.value)) }, uniquingKeysWith: +))
  }

  // MARK: Masks

  private func masks() throws -> [LabelMaskPicture] {
    let tokenizer = try BPETokenizer(contentsOf: context.tokenizerFile)
    let split: Split = shards.rowCount(.validation) > 0 ? .validation : .train
    var seen: Set<String> = []
    var masks: [LabelMaskPicture] = []
    for index in 0..<shards.rowCount(split) where masks.count < Self.maskCount {
      let record = try shards.record(split, index)
      guard seen.insert(record.language ?? "").inserted else { continue }
      masks.append(
        LabelMaskPicture(
          record.sample, isSpecial: tokenizer.isSpecial, bytes: tokenizer.bytes(of:)))
    }
    return masks
  }

  // MARK: Facts

  private func facts() throws -> [(name: String, value: String)] {
    let recipe = context.recipe
    let passport = try Passport(folder: context.path(context.trainedPlace))
    let weights = passport.baseModel.sorted { $0.key < $1.key }
      .map { "\($0.key) \($0.value)" }.joined(separator: "\n")
    return [
      ("base model", "\(recipe.baseName) (\(models.parameterCount) parameters)"),
      ("base model's files", weights),
      ("tokenizer", passport.tokenizer.description),
      ("templates", recipe.format.templates.joined(separator: ", ")),
      ("trained on", recipe.format.trainOn.rawValue),
      ("shard set's manifest", passport.shardManifest.description),
      ("supervision proof", passport.proof.compactString),
      ("method", recipe.training.method.rawValue),
      ("training options", recipe.training.json.compactString),
      ("adapter options", recipe.lora?.json.compactString ?? "none"),
      ("quantization", recipe.quantization.json.compactString),
      ("backend", backend),
      ("tool", "akshara \(AksharaVersion.text)"),
    ]
  }
}
