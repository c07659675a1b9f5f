import Artifacts
import ComputeCPU
import Pipeline

/// Puts a pipeline together from what the command line names: the backend is chosen here.
enum RecipeRun {
  static func pipeline(
    recipe path: String, settings: [String], output: String?, threads: Int
  ) throws -> Pipeline {
    var file = try RecipeFile(path)
    for setting in settings { try file.set(setting) }
    let recipe = try Recipe(file)
    return Pipeline(
      recipe: recipe,
      runDirectory: output ?? "runs/\(recipe.project)",
      threads: threads,
      makeBackend: { try CPUBackend(threads: threads) },
      report: { StandardError.print($0) },
      progress: { ProgressLine.show($0) })
  }
}
