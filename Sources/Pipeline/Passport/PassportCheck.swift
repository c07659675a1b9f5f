internal import Artifacts
package import Transfer

/// Walks from a passport back to the files that a model was made from, and says what has changed.
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
    /// What it is: adapter, tokenizer, base model, shards, source.
    package var part: String
    /// The file's path.
    package var path: String
    /// How it stands.
    package var finding: Finding
  }

  /// Every link that was looked at, from the adapter back to the sources.
  package private(set) var links: [Link] = []

  /// Whether all links are intact.
  package var holds: Bool { links.allSatisfy { $0.finding == .intact } }

  /// Checks the adapter or model in `folder`.
  ///
  /// - Parameters:
  ///   - folder: where the passport lies; its files are checked.
  ///   - runDirectory: the run's folder, for the shards; `nil` to leave them out.
  ///   - checksOrigins: whether base model and sources are looked for at the recorded paths.
  ///   - hub: says in which cache a base model from the hub is looked for.
  /// - Throws: what reading the passport throws.
  package init(
    folder: String, runDirectory: String?, checksOrigins: Bool, hub: HubEnvironment
  ) throws {
    let passport = try Passport(folder: folder)
    for (name, digest) in passport.files.sorted(by: { $0.key < $1.key }) {
      // A passport from elsewhere must not point out of its folder.
      guard !name.contains("..") && !name.hasPrefix("/") else {
        throw AksharaError(
          .malformed, "the passport names a file outside its folder: \"\(name)\"",
          at: SourceLocation(file: Path.join(folder, Passport.fileName)))
      }
      check("model", Path.join(folder, name), digest)
    }
    if let runDirectory {
      check("shards", Path.join(runDirectory, "shards/manifest.json"), passport.shardManifest)
    }
    guard checksOrigins else { return }
    let base = try Self.folder(ofBase: passport.baseModelName, hub: hub)
    for (name, digest) in passport.baseModel.sorted(by: { $0.key < $1.key }) {
      check("base model", Path.join(base, name), digest)
    }
    for source in passport.sources {
      check("source", try Self.place(ofSource: source.path, hub: hub), source.digest)
    }
  }

  /// Where a source stands: its path, or where the cache has a hub's file.
  private static func place(ofSource name: String, hub: HubEnvironment) throws -> String {
    guard HubRepository.isName(name) else { return name }
    let repository = try HubRepository(name)
    let folder = HubClient(hub).cachedFolder(repository)
    return folder.map { Path.join($0, repository.path ?? "") } ?? name
  }

  /// The folder of a base model: its path, or where the cache has a hub's commit.
  private static func folder(ofBase name: String, hub: HubEnvironment) throws -> String {
    guard HubRepository.isName(name) else { return name }
    return HubClient(hub).cachedFolder(try HubRepository(name)) ?? name
  }

  private mutating func check(_ part: String, _ path: String, _ digest: Digest) {
    let finding: Finding =
      !Path.exists(path) ? .missing : (try? Digest(ofFile: path)) == digest ? .intact : .changed
    links.append(Link(part: part, path: path, finding: finding))
  }
}
