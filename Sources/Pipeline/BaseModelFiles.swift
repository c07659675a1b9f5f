internal import Artifacts
internal import Modeling

/// The base model's files on which a run's results depend.
enum BaseModelFiles {
  /// Each file's name and digest: the configuration, and the weights unless they are made from the
  /// seed.
  static func digests(_ recipe: Recipe) throws -> [(name: String, digest: Digest)] {
    let folder = try ModelFolder(recipe.baseModel)
    var files = [Path.join(recipe.baseModel, "config.json")]
    if recipe.training.initialization == .pretrained { files += try folder.weightFiles() }
    return try files.map { (Path.name(of: $0), try Digest(ofFile: $0)) }
  }
}
