internal import Artifacts
internal import Modeling

/// The base model's files on which a run's results depend.
enum BaseModelFiles {
  /// Each file's name and digest: the configuration, the weights unless they are made from the seed,
  /// and the list of new rows where it says what is trained.
  static func digests(_ recipe: Recipe) throws -> [(name: String, digest: Digest)] {
    let folder = try ModelFolder(recipe.baseModel)
    var files = [Path.join(recipe.baseModel, "config.json")]
    if recipe.training.initialization == .pretrained { files += try folder.weightFiles() }
    if let lora = recipe.lora, lora.trainedTokens == .resized {
      _ = try lora.resolved(over: folder)
      files.append(Path.join(recipe.baseModel, ModelFolder.newRowsName))
    }
    return try files.map { (Path.name(of: $0), try Digest(ofFile: $0)) }
  }
}
