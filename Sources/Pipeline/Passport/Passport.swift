package import Artifacts

/// What a trained model was made from: the chain from its own files back to the files that were read.
///
/// Lies as `akshara_manifest.json` beside the adapter. It holds digests, never times or machine
/// names, so the same run writes the same passport.
package struct Passport: Sendable, Equatable {
  /// The file's name inside the adapter's folder.
  package static let fileName = "akshara_manifest.json"
  /// The format's name and version.
  static let format = "akshara-passport-2"
  /// The version before, which had no seal.
  private static let unsealedFormat = "akshara-passport-1"

  /// One raw file that was read.
  package struct Source: Sendable, Equatable {
    /// Its path, as resolved from the recipe.
    package var path: String
    /// Its digest.
    package var digest: Digest
    /// Its licence, if the recipe names one.
    package var licence: String?
  }

  /// The adapter from which a merged model was made.
  package struct Merge: Sendable, Equatable {
    /// The adapter's folder.
    package var adapter: String
    /// The digest of each of its files, by name; its own passport is one of them.
    package var files: [String: Digest]
    /// Into which base it was merged, and what was measured.
    package var outcome: JSONValue
  }

  /// The digest of each of the base model's files, by name.
  package var baseModel: [String: Digest]
  /// What the recipe calls the base model.
  package var baseModelName: String
  /// The digest of the tokenizer's file.
  package var tokenizer: Digest
  /// The digest of the shard set's manifest, which holds ledger and proof.
  package var shardManifest: Digest
  /// The supervision proof, as the shard set's manifest has it.
  package var proof: JSONValue
  /// The raw files, in the recipe's order.
  package var sources: [Source]
  /// The recipe with all defaults resolved.
  package var recipe: JSONValue
  /// The library, its version and the instruction set on which the bits depend.
  package var backend: String
  /// The digest of every other file in the folder, by name.
  package var files: [String: Digest]
  /// The adapter that was merged, if one was.
  package var merge: Merge?

  /// The passport as written, but for its seal.
  package var json: JSONValue {
    var object: JSONObject = [
      "format": .string(Self.format), "tool": .string("akshara \(AksharaVersion.text)"),
      "files": Self.json(files), "backend": .string(backend),
      "base_model": ["name": .string(baseModelName), "files": Self.json(baseModel)],
      "tokenizer": .string(tokenizer.description),
      "shards": ["manifest": .string(shardManifest.description), "proof": proof],
      "sources": .array(
        sources.map { source in
          [
            "path": .string(source.path), "digest": .string(source.digest.description),
            "licence": source.licence.map { .string($0) } ?? .null,
          ]
        }),
      "recipe": recipe,
    ]
    if let merge {
      object.append(
        "merge",
        [
          "adapter": .string(merge.adapter), "files": Self.json(merge.files),
          "outcome": merge.outcome,
        ])
    }
    return .object(object)
  }

  /// The file: the passport and, last, its seal, the digest of all that stands before. So a change of
  /// the passport itself is found too.
  package var bytes: [UInt8] { Self.sealed(json) }

  private static func sealed(_ json: JSONValue) -> [UInt8] {
    guard case .object(var object) = json else { return json.pretty }
    object["seal"] = nil
    let digest = Digest(of: JSONValue.object(object).pretty)
    object.append("seal", .string(digest.description))
    return JSONValue.object(object).pretty
  }

  /// Whether the passport in `folder` has every byte as it was written; one of the version before has
  /// no seal that could say.
  ///
  /// - Throws: what reading throws.
  static func isSealed(_ folder: String) throws -> Bool {
    let path = Path.join(folder, fileName)
    let bytes = try TextFile(path).bytes
    let json = try JSONValue(parsing: bytes, at: SourceLocation(file: path))
    if json["format"]?.string == unsealedFormat { return true }
    return json["seal"] != nil && sealed(json) == bytes
  }

  /// The digest of every file below a folder, by name.
  ///
  /// - Throws: `unreadable`.
  static func digests(of folder: String, leavingOut name: String? = nil) throws -> [String: Digest]
  {
    let names = try FileTree.files(below: folder).filter { $0 != name }
    return Dictionary(
      try names.map { ($0, try Digest(ofFile: Path.join(folder, $0))) }, uniquingKeysWith: { $1 })
  }

  private static func json(_ digests: [String: Digest]) -> JSONValue {
    .object(
      JSONObject(
        digests.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value.description)) }))
  }
}

extension Passport {
  /// Reads the passport in `folder`.
  ///
  /// - Throws: `missingFile`, or `malformed` naming what is missing.
  package init(folder: String) throws {
    let path = Path.join(folder, Self.fileName)
    let location = SourceLocation(file: path)
    guard Path.exists(path) else {
      throw AksharaError(
        .missingFile, "there is no passport", at: location,
        remedy: "give the folder of an adapter or model that `akshara run` wrote")
    }
    let json = try JSONValue(parsing: TextFile(path).bytes, at: location)
    guard [Self.format, Self.unsealedFormat].contains(json["format"]?.string) else {
      throw AksharaError(.malformed, "not a passport of format `\(Self.format)`", at: location)
    }
    func required<Value>(_ name: String, _ value: Value?) throws -> Value {
      guard let value else {
        throw AksharaError(.malformed, "the passport has no valid `\(name)`", at: location)
      }
      return value
    }
    baseModelName = try required("base_model.name", json["base_model"]?["name"]?.string)
    baseModel = try required("base_model.files", Self.digests(json["base_model"]?["files"]))
    tokenizer = try required("tokenizer", json["tokenizer"]?.string.flatMap { Digest($0) })
    shardManifest = try required(
      "shards.manifest", json["shards"]?["manifest"]?.string.flatMap { Digest($0) })
    proof = try required("shards.proof", json["shards"]?["proof"])
    recipe = try required("recipe", json["recipe"])
    backend = try required("backend", json["backend"]?.string)
    files = try required("files", Self.digests(json["files"]))
    if let merged = json["merge"] {
      merge = Merge(
        adapter: try required("merge.adapter", merged["adapter"]?.string),
        files: try required("merge.files", Self.digests(merged["files"])),
        outcome: merged["outcome"] ?? .null)
    }
    sources = try required("sources", json["sources"]?.array).map { source in
      Source(
        path: try required("sources.path", source["path"]?.string),
        digest: try required("sources.digest", source["digest"]?.string.flatMap { Digest($0) }),
        licence: source["licence"]?.string)
    }
  }

  private static func digests(_ json: JSONValue?) -> [String: Digest]? {
    guard let pairs = json?.object?.pairs else { return nil }
    var digests: [String: Digest] = [:]
    for pair in pairs {
      guard let digest = pair.value.string.flatMap({ Digest($0) }) else { return nil }
      digests[pair.key] = digest
    }
    return digests
  }
}
