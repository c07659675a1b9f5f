import Artifacts
import ComputeCPU
import Pipeline
import Transfer

/// Puts a pipeline together from what the command line names: the backend is chosen here.
enum RecipeRun {
  static func pipeline(
    recipe path: String, settings: [String], output: String?, threads: Int, offline: Bool = false
  ) throws -> Pipeline {
    var file = try RecipeFile(path)
    for setting in settings { try file.set(setting) }
    let recipe = try Recipe(file) { try pull($0, offline: offline) }
    let computeType = recipe.training.computeType(recipe.quantization)
    return Pipeline(
      recipe: recipe,
      runDirectory: output ?? "runs/\(recipe.project)",
      threads: threads,
      makeBackend: { try CPUBackend(threads: threads, computeType: computeType) },
      report: { StandardError.print($0) },
      progress: { ProgressLine.show($0, plain: true) })
  }

  /// Brings a base model or a data set; offline, only the cache is asked.
  static func pull(_ repository: HubRepository, offline: Bool = false) throws -> HubSnapshot {
    var environment = try HubEnvironment()
    if offline { environment.isOffline = true }
    defer { ProgressLine.show("") }
    return try HubClient(environment).pull(
      repository, filter: repository.kind == .models ? .model : HubFilter()
    ) {
      ProgressLine.show(PullProgress.text($0))
    }
  }
}
