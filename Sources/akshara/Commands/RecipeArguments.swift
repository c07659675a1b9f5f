import ArgumentParser
import Artifacts
import ComputeCPU
import Pipeline
import Transfer

/// A recipe, what is set differently for this run, and where the run lies.
struct RecipeArguments: ParsableArguments {
  @Argument(help: "The recipe, a YAML file (schemas/recipe.schema.json).")
  var recipe: String

  @Option(
    help: ArgumentHelp("Set one value of the recipe; may be repeated.", valueName: "key.path=value")
  )
  var set: [String] = []

  @Option(help: "The run directory. Default: runs/<project>.")
  var output: String?

  @OptionGroup var threading: ThreadOptions

  /// The pipeline that runs the recipe: the backend is chosen here.
  func pipeline(offline: Bool = false, for use: Recipe.Use = .run) throws -> Pipeline {
    var file = try RecipeFile(recipe)
    for setting in set { try file.set(setting) }
    let recipe = try Recipe(file, for: use) { try HubDownload.pull($0, offline: offline) }
    let (threads, computeType) = (
      threading.threads, recipe.training.computeType(recipe.quantization)
    )
    return Pipeline(
      recipe: recipe,
      runDirectory: output ?? "runs/\(recipe.project)",
      threads: threads,
      makeBackend: { try CPUBackend(threads: threads, computeType: computeType) },
      report: { StandardError.print($0) },
      progress: { ProgressLine.show($0, plain: true) })
  }
}
