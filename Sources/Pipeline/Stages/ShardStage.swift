internal import Artifacts
internal import Batching
internal import Tokenization

/// Curated conversations into a shard set with its ledger and proof.
struct ShardStage: StageWork {
  let context: RunContext
  let stage = PipelineStage.shard

  /// The set's own files: an approval is a person's, and comes and goes without the stage.
  var outputs: [String] {
    let place = RunContext.Place.shards
    let files = (try? FileTree.files(below: context.path(place))) ?? []
    return files.filter(ShardSet.isOwnFile).map { "\(place)/\($0)" }
  }

  func options() -> JSONValue { context.recipe.format.json }

  func inputs(_ earlier: [PipelineStage: StageRecord]) throws -> [(String, Digest)] {
    [
      ("conversations", earlier.digest(of: .curate, below: RunContext.Place.curated)),
      ("tokenizer", earlier.digest(of: .tokenizer, below: RunContext.Place.tokenizer)),
    ] + (try context.recipe.format.templateFiles())
  }

  func perform() throws {
    let tokenizer = try BPETokenizer(contentsOf: context.tokenizerFile)
    var sharder = Sharder(
      tokenizer: tokenizer, options: context.recipe.format, threads: context.threads)
    // The set that the recipe describes now takes the place of an older one; who approved that stays
    // known, and the training asks whether it holds for this one.
    sharder.keepsApproval = true
    let manifest = try sharder.run(
      conversations: [context.path("\(RunContext.Place.curated)/conversations.jsonl")],
      output: context.path(RunContext.Place.shards))
    context.report("shard: \(manifest.summary)")
    if let warning = manifest.warning { context.report("shard: \(warning)") }
  }
}

extension [PipelineStage: StageRecord] {
  /// The digest of what an earlier stage left below `place`; the caller's order guarantees that the
  /// stage is done.
  func digest(of stage: PipelineStage, below place: String) -> Digest {
    self[stage]?.digest(below: place) ?? Digest(of: [])
  }
}
