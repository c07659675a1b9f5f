internal import Artifacts
internal import Curation

/// Imported conversations into kept and dropped ones, with a split.
struct CurateStage: StageWork {
  let context: RunContext
  let stage = PipelineStage.curate
  let outputs = [RunContext.Place.curated]

  func options() -> JSONValue { context.recipe.curation.json }

  func inputs(_ earlier: [PipelineStage: StageRecord]) -> [(String, Digest)] {
    [("conversations", earlier.digest(of: .import, below: RunContext.Place.imported))]
  }

  func perform() throws {
    let report = try Curator(options: context.recipe.curation).run(
      inputs: [context.path("\(RunContext.Place.imported)/conversations.jsonl")],
      output: context.path(RunContext.Place.curated))
    context.report("curate: \(report.summary)")
  }
}
