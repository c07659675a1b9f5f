internal import Artifacts
internal import Conversations

/// Foreign files into `import/conversations.jsonl`.
struct ImportStage: StageWork {
  let context: RunContext
  let stage = PipelineStage.import
  let outputs = [RunContext.Place.imported]

  func options() -> JSONValue { .array(context.recipe.sources.map(\.json)) }

  func inputs(_ earlier: [PipelineStage: StageRecord]) throws -> [(String, Digest)] {
    // By number: keys must not depend on the folder from which the recipe is run.
    try context.recipe.sourceFiles.enumerated().map { index, file in
      ("source \(index + 1)", try context.digests.digest(of: file.path))
    }
  }

  func perform() throws {
    let folder = try AtomicFolder(context.path(RunContext.Place.imported))
    // The stage's record takes the digest of every output.
    let writer = try ConversationWriter(
      Path.join(folder.workPath, "conversations.jsonl"), isDigested: false)
    let quarantine = try JSONLinesWriter(Path.join(folder.workPath, "quarantine.jsonl"))
    var reports: [ImportReport] = []
    for source in context.recipe.sources {
      let importer = Importer(
        source, relativeTo: context.recipe.folder, digests: context.digests)
      let report = try importer.run(into: writer, quarantine: quarantine)
      context.report("import: \(report.summary)")
      reports.append(report)
    }
    try writer.finish()
    try quarantine.commit()
    let json = JSONValue.array(
      zip(context.recipe.sources, reports).map { source, report in
        [
          "paths": .array(source.paths.map { .string(source.names[$0] ?? $0) }),
          "report": report.json,
        ]
      })
    try AtomicFile.write(json.pretty, to: Path.join(folder.workPath, "report.json"))
    try folder.commit()
  }
}
