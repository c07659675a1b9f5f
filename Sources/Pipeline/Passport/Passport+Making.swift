internal import Artifacts
internal import Modeling
internal import Transfer

extension Passport {
  /// The passport of the files in `folder`, trained by `recipe` on the shard set `shards`.
  ///
  /// - Parameter digests: knows the digests of the sources that the run has read.
  /// - Throws: `unreadable` if one of the files on the way back cannot be read.
  init(
    recipe: Recipe, shards: String, tokenizer: String, backend: String, folder: String,
    digests: FileDigests
  ) throws {
    let manifestPath = Path.join(shards, "manifest.json")
    let manifest = try JSONValue(
      parsing: TextFile(manifestPath).bytes, at: SourceLocation(file: manifestPath))
    baseModelName = recipe.passportBaseName
    baseModel = Dictionary(
      try BaseModelFiles.digests(recipe).map { ($0.name, $0.digest) }, uniquingKeysWith: { $1 })
    self.tokenizer = try Digest(ofFile: tokenizer)
    shardManifest = try Digest(ofFile: manifestPath)
    proof = manifest["proof"] ?? .null
    sources = try recipe.sourceFiles.map { file in
      Source(
        path: HubRepository.isName(file.name) ? file.name : Path.normalized(file.path),
        digest: try digests.digest(of: file.path),
        licence: file.source.licence)
    }
    self.recipe = recipe.trainingJSON
    self.backend = backend
    files = try Self.digests(of: folder, leavingOut: Self.fileName)
  }
}
