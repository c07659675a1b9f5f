internal import Artifacts
internal import Foundation

/// Brings repositories from a hub into the cache that `huggingface_hub` shares.
package struct HubClient: Sendable {
  /// Endpoint, cache and token.
  package var environment: HubEnvironment
  /// How failed requests are made again.
  package var retry = RetryPolicy()
  /// Files that are brought at once.
  package var workers = 4

  /// A client for what the environment says.
  package init(_ environment: HubEnvironment) { self.environment = environment }

  /// Brings what `filter` admits of a repository, and returns where it stands.
  ///
  /// What is in the cache is not brought again; what broke off goes on where it stopped. With
  /// `HF_HUB_OFFLINE` nothing is asked of the network and the cache must have it.
  ///
  /// - Parameter progress: called, from any thread but never by two at once, as bytes come.
  /// - Throws: an error that says what the hub refuses and what to do about it.
  package func pull(
    _ repository: HubRepository, filter: HubFilter = HubFilter(),
    progress: @Sendable @escaping (HubProgress) -> Void = { _ in }
  ) throws -> HubSnapshot {
    let cache = HubCache(root: environment.cache, repository: repository)
    if environment.isOffline { return try cached(repository, filter, cache) }
    let connection = HubConnection(
      repository: repository, environment: environment, retry: retry)
    let commit = try connection.commit()
    let files = try wanted(try connection.files(of: commit), repository, filter)
    try cache.prepare()
    try requireRoom(files.filter { !cache.holds($0) }, cache)
    try bring(files, commit, connection, cache, progress)
    try cache.remember(repository.revision, commit: commit)
    return HubSnapshot(
      repository: repository, commit: commit, folder: cache.snapshot(commit),
      files: files.map(\.entry))
  }

  /// Where the cache has a repository's files, if it does; nothing is asked of the network.
  package func cachedFolder(_ repository: HubRepository) -> String? {
    let cache = HubCache(root: environment.cache, repository: repository)
    guard let commit = cache.commit(of: repository.revision) else { return nil }
    let folder = cache.snapshot(commit)
    return Path.exists(folder) ? folder : nil
  }

  /// What the cache has of a repository.
  private func cached(
    _ repository: HubRepository, _ filter: HubFilter, _ cache: HubCache
  ) throws -> HubSnapshot {
    let commit = cache.commit(of: repository.revision)
    let files = try commit.map { try cache.entries(of: $0) } ?? []
    let wanted = files.filter { repository.holds($0.path) && filter.admits($0.path) }
    guard let commit, !wanted.isEmpty else {
      throw AksharaError(
        .missingFile,
        "the cache \(environment.cache) does not have this, and the hub is not asked",
        at: SourceLocation(file: repository.description),
        remedy: "unset HF_HUB_OFFLINE and run `akshara pull \(repository)`")
    }
    return HubSnapshot(
      repository: repository, commit: commit, folder: cache.snapshot(commit), files: wanted)
  }

  private func wanted(
    _ files: [HubFile], _ repository: HubRepository, _ filter: HubFilter
  ) throws -> [HubFile] {
    let inside = files.filter { repository.holds($0.path) }
    let admitted = inside.filter { filter.admits($0.path) }
    guard !admitted.isEmpty || (files.isEmpty && repository.path == nil) else {
      let what = inside.isEmpty ? "there is no `\(repository.path ?? "")`" : "no file is admitted"
      let names = files.prefix(5).map(\.path).joined(separator: ", ")
      throw AksharaError(
        .missingFile, "\(what) among its \(files.count) files",
        at: SourceLocation(file: repository.description), remedy: "it has, for example: \(names)")
    }
    return admitted
  }

  /// Says before hours are spent that the disk is too small.
  private func requireRoom(_ files: [HubFile], _ cache: HubCache) throws {
    let needed = files.reduce(0) { $0 + $1.size }
    var status = statvfs()
    guard statvfs(cache.folder, &status) == 0 else { return }
    let free = Int(status.f_bavail) * Int(status.f_frsize)
    guard needed > free else { return }
    throw AksharaError(
      .unwritable, "\(needed >> 20) MiB are to come, but only \(free >> 20) MiB are free",
      at: SourceLocation(file: cache.root), remedy: "free some space, or set HF_HUB_CACHE elsewhere"
    )
  }

  private func bring(
    _ files: [HubFile], _ commit: String, _ connection: HubConnection, _ cache: HubCache,
    _ progress: @Sendable @escaping (HubProgress) -> Void
  ) throws {
    let total = files.reduce(0) { $0 + $1.size }
    let tally = ProgressTally(HubProgress(files: files.count, bytes: total), progress)
    try WorkerThreads.forEach(files, workers: workers) { file in
      let download = HubDownload(
        connection: connection, cache: cache, file: file, commit: commit, progress: tally.add)
      try download.run()
      try cache.link(file, commit: commit)
      tally.finishFile()
    }
  }
}

/// How far a pull has come.
package struct HubProgress: Sendable, Equatable {
  /// All files, and those that are whole.
  package var files: Int
  /// All bytes.
  package var bytes: Int
  /// Files that are whole.
  package var finishedFiles = 0
  /// Bytes that are there.
  package var finishedBytes = 0
}
