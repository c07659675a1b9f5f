internal import Artifacts
internal import Batching
internal import Compute
internal import Foundation
internal import Modeling
internal import Training

/// Shards into an adapter (or, with `method: full`, a model) with its passport.
struct TrainStage: StageWork {
  let context: RunContext
  let stage = PipelineStage.train
  private var recipe: Recipe { context.recipe }

  /// Checkpoints are left out: they are progress, not results.
  var outputs: [String] {
    let training = RunContext.Place.training
    return [
      "\(training)/metrics.jsonl", "\(training)/training_history.json",
      "\(training)/trainer_state.json", result,
    ]
  }

  private var result: String {
    recipe.training.method == .full ? RunContext.Place.model : RunContext.Place.adapter
  }

  func options() throws -> JSONValue {
    ["recipe": recipe.trainingJSON]
  }

  func inputs(_ earlier: [PipelineStage: StageRecord]) throws -> [(String, Digest)] {
    let base = try BaseModelFiles.digests(recipe).map { ("base/\($0.name)", $0.digest) }
    // The manifest names every data file by its digest, and the proof demands that they still agree.
    return base + [
      ("shards", try Digest(ofFile: Path.join(context.shardFolder, "manifest.json"))),
      ("tokenizer", try Digest(ofFile: context.tokenizerFile)),
    ]
  }

  /// Checkpoints of another recipe or other shards must not be gone on with.
  func discardStaleWork(key: Digest) throws {
    let folder = context.path(RunContext.Place.training)
    let marker = Path.join(folder, "key")
    if Path.exists(marker), try TextFile(marker).text == key.description { return }
    try Folder.remove(folder)
    try AtomicFile.write(Array(key.description.utf8), to: marker)
  }

  func perform() throws {
    let shards = try ShardSet.sound(context.shardFolder)
    let backend = try context.makeBackend()
    let source = try ShardBatchSource(shards, options: recipe.training)
    if let packing = source.packing { context.report(Self.text(packing)) }
    let directory = context.path(RunContext.Place.training)
    let model = try ModelFolder(recipe.baseModel)
    let job = TrainingJob(
      model: model, options: recipe.training,
      lora: try (recipe.lora ?? LoRAOptions()).resolved(over: model),
      quantization: recipe.quantization,
      baseName: recipe.baseName, baseRevision: recipe.baseRevision,
      project: recipe.project, directory: directory)
    let watcher = TrainingWatcher(context: context)
    let outcome = try Trainer(job, source: source, on: backend, observe: watcher.show).run()
    try publish(outcome.output, backend: backend)
  }

  private static func text(_ packing: Packing) -> String {
    "train: \(packing.rowCount) rows in \(packing.count) packs of \(packing.capacity) tokens, "
      + String(format: "%.2f %% empty", 100 * packing.waste)
  }

  /// Puts the trained files where users look, with tokenizer, model card and passport beside them.
  private func publish(_ output: String, backend: any Backend) throws {
    let folder = try AtomicFolder(context.path(result))
    // The tokenizer's folder may be the base model's, whose weights stay where they are.
    let files =
      try FileTree.files(below: output).map { (output, $0) }
      + ModelFiles.tokenizer(in: context.tokenizerFolder).map { (context.tokenizerFolder, $0) }
    for (source, name) in files {
      try AtomicFile.copy(Path.join(source, name), to: Path.join(folder.workPath, name))
    }
    if let name = try context.givenShards?.writeTemplate(into: folder.workPath) {
      context.report("train: the tokenizer's chat template is now that of the shards, \(name)")
    }
    let recipe = try publishedRecipe()
    let card = ModelCard(recipe: recipe)
    try AtomicFile.write(Array(card.text.utf8), to: Path.join(folder.workPath, "README.md"))
    let passport = try Passport(
      recipe: recipe, shards: context.shardFolder, tokenizer: context.tokenizerFile,
      backend: backend.configuration, folder: folder.workPath, digests: context.digests)
    try AtomicFile.write(
      passport.bytes, to: Path.join(folder.workPath, Passport.fileName))
    try folder.commit()
    context.report(
      "train: \(recipe.training.method == .full ? "model" : "adapter") in \(folder.path)")
  }

  /// The recipe as card and passport have it: with the sources that were read, of which rows were made.
  private func publishedRecipe() throws -> Recipe {
    guard let given = context.givenShards else { return recipe }
    let published = try recipe.keepingSources(given.sourceNames)
    let left = Set(recipe.sources.flatMap(\.paths)).subtracting(published.sources.flatMap(\.paths))
    if !left.isEmpty {
      context.report(
        "train: the passport does not name sources that are not here, or of which no row was made: "
          + left.sorted().joined(separator: ", "))
    }
    return published
  }
}
