internal import Artifacts
internal import Batching
internal import Conversations
package import Transfer

/// Walks from a passport back to the files that a model was made from, and says what has changed.
///
///     model ─► adapter (if merged) ─► shards and their proof ─► rows ─► curated ─► imported ─► sources
///       └────► base model, tokenizer
///
/// Every digest on the way was written by the stage before the file could be changed: the passport is
/// sealed, names the manifest of the shards, which names its files and the conversations it read; the
/// records of the stages name all others.
package struct PassportCheck: Sendable {
  /// How one link of the chain stands.
  package enum Finding: String, Sendable {
    /// The file has the digest that the passport names.
    case intact
    /// The file is there, with another content.
    case changed
    /// The file is not there.
    case missing
  }

  /// One link of the chain.
  package struct Link: Sendable {
    /// What it is: passport, model, adapter, shards, proof, rows, a stage, base model, source.
    package var part: String
    /// The file's path.
    package var path: String
    /// How it stands.
    package var finding: Finding
  }

  /// Where the parts of the chain lie.
  package struct Places: Sendable {
    /// The folder of the adapter or model.
    package var folder: String
    /// The run's folder, for shards and stages; `nil` to leave them out.
    package var runDirectory: String?
    /// The shard set, where it is not the run's own.
    package var shards: String?
    /// Whether base model, sources and a merged adapter are looked for at the recorded paths.
    package var checksOrigins: Bool
    /// The folder that the recorded paths count from; `nil`: this one, or the nearest above the
    /// model's in which they are found.
    package var origin: String?

    /// The places of a check.
    package init(
      folder: String, runDirectory: String?, shards: String? = nil, checksOrigins: Bool,
      origin: String? = nil
    ) {
      self.folder = folder
      self.runDirectory = runDirectory
      self.shards = shards
      self.checksOrigins = checksOrigins
      self.origin = origin
    }
  }

  /// Every link that was looked at, from the adapter back to the sources.
  package private(set) var links: [Link] = []
  /// Rows that were followed back to a source.
  package private(set) var rows = 0

  private let places: Places
  private let passport: Passport

  /// Whether all links are intact.
  package var holds: Bool { links.allSatisfy { $0.finding == .intact } }

  /// Checks the adapter or model in a folder.
  ///
  /// - Parameter hub: says in which cache a base model from the hub is looked for.
  /// - Throws: what reading the passport throws.
  /// - Complexity: reads every file of the chain once.
  package init(_ places: Places, hub: HubEnvironment) throws {
    self.places = places
    passport = try Passport(folder: places.folder)
    let file = Path.join(places.folder, Passport.fileName)
    add("passport", file, try Passport.isSealed(places.folder))
    try check("model", passport.files, below: places.folder)
    if places.runDirectory != nil || places.shards != nil { checkShards() }
    if let run = places.runDirectory { checkStages(run) }
    guard places.checksOrigins else { return }
    try checkOrigins(RecordedPaths(origin: places.origin, model: places.folder), hub)
  }

  // MARK: Files

  private mutating func check(
    _ part: String, _ digests: [String: Digest], below folder: String
  ) throws {
    for (name, digest) in digests.sorted(by: { $0.key < $1.key }) {
      // A passport from elsewhere must not point out of its folder.
      guard !name.split(separator: "/").contains("..") && !name.hasPrefix("/") else {
        throw AksharaError(
          .malformed, "the passport names a file outside its folder: \"\(name)\"",
          at: SourceLocation(file: Path.join(places.folder, Passport.fileName)))
      }
      check(part, Path.join(folder, name), digest)
    }
  }

  private mutating func check(_ part: String, _ path: String, _ digest: Digest) {
    let finding: Finding =
      !Path.exists(path) ? .missing : (try? Digest(ofFile: path)) == digest ? .intact : .changed
    links.append(Link(part: part, path: path, finding: finding))
  }

  private mutating func add(_ part: String, _ path: String, _ isIntact: Bool) {
    links.append(Link(part: part, path: path, finding: isIntact ? .intact : .changed))
  }

  // MARK: Shards and rows

  private var shardFolder: String {
    places.shards ?? Path.join(places.runDirectory ?? "", RunContext.Place.shards)
  }

  private mutating func checkShards() {
    let manifest = Path.join(shardFolder, "manifest.json")
    check("shards", manifest, passport.shardManifest)
    guard Path.exists(manifest), let shards = try? ShardSet(shardFolder) else {
      if Path.exists(manifest) { add("shards", shardFolder, false) }
      return
    }
    for file in shards.manifest.splits.flatMap(\.files) {
      check("shards", Path.join(shardFolder, file.path), file.digest)
    }
    add(
      "tokenizer", manifest, shards.manifest.tokenizerDigest == passport.tokenizer.description)
    add(
      "proof", manifest,
      (try? shards.requireProof(accepting: SupervisionProof.Unproven.allCases)) != nil)
    guard let run = places.runDirectory else { return }
    let curated = Path.join(run, "\(RunContext.Place.curated)/conversations.jsonl")
    // A set that the training was given may come from elsewhere.
    let isHere = places.shards == nil || Path.exists(curated)
    if isHere,
      let input = shards.manifest.inputs.first(where: { $0.name == Path.name(of: curated) })
    {
      check("conversations", curated, input.digest)
    }
    checkRows(shards, curated)
  }

  /// Every row of the set must be a conversation that a named source gave.
  private mutating func checkRows(_ shards: ShardSet, _ curated: String) {
    guard let known = try? Self.sources(of: curated) else { return }
    let sources = Set(passport.sources.map(\.digest))
    for split in shards.splits {
      for index in 0..<shards.rowCount(split) {
        let record = try? shards.record(split, index)
        let id = record?.sample.conversationID ?? ""
        if let digest = known[id], digest.map(sources.contains) ?? true {
          rows += 1
        } else {
          links.append(
            Link(
              part: "row", path: "\(shardFolder) \(split.rawValue) \(index) `\(id)`",
              finding: known[id] == nil ? .missing : .changed))
        }
      }
    }
  }

  /// The digest of the source of each conversation, by ID; `nil` where its record has none.
  private static func sources(of conversations: String) throws -> [String: Digest?] {
    var sources: [String: Digest?] = [:]
    let reader = try ConversationReader(conversations)
    while let conversation = try reader.next() {
      sources.updateValue(conversation.provenance?.digest, forKey: conversation.id)
    }
    return sources
  }

  // MARK: Stages

  /// The files that the run's stages left, as their records have them.
  private mutating func checkStages(_ run: String) {
    let seen = Set(links.map { Path.normalized($0.path) })
    for stage in PipelineStage.allCases {
      guard let record = StageRecord(stage, runDirectory: run) else { continue }
      for (name, digest) in record.outputs.sorted(by: { $0.key < $1.key }) {
        let path = Path.join(run, name)
        if !seen.contains(Path.normalized(path)) { check("stage \(stage.rawValue)", path, digest) }
      }
    }
  }

  // MARK: Origins

  private mutating func checkOrigins(_ paths: RecordedPaths, _ hub: HubEnvironment) throws {
    if let merge = passport.merge {
      try check("adapter", merge.files, below: paths.place(of: merge.adapter))
    }
    let base = try Self.cached(passport.baseModelName, hub)?.folder
    try check(
      "base model", passport.baseModel, below: base ?? paths.place(of: passport.baseModelName))
    for source in passport.sources {
      let cached = try Self.cached(source.path, hub).map { Path.join($0.folder, $0.file) }
      check("source", cached ?? paths.place(of: source.path), source.digest)
    }
  }

  /// Where the cache has what a name of the hub stands for; `nil` for a path, and if it has not.
  private static func cached(
    _ name: String, _ hub: HubEnvironment
  ) throws -> (folder: String, file: String)? {
    guard HubRepository.isName(name) else { return nil }
    let repository = try HubRepository(name)
    return HubClient(hub).cachedFolder(repository).map { ($0, repository.path ?? "") }
  }
}
