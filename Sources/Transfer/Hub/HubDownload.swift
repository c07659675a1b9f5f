internal import Artifacts
internal import Crypto
internal import Foundation

/// Brings one file's content into the cache: resumed where it stopped, checked against the hub's
/// digest, and in its place only when it is whole.
struct HubDownload {
  let connection: HubConnection
  let cache: HubCache
  let file: HubFile
  let commit: String
  /// Told of bytes that came; negative when some had to be given back.
  let progress: (Int) -> Void

  /// Brings the content unless it is there.
  ///
  /// - Throws: what the hub refuses, `malformed` for other content than was listed, `unwritable`.
  func run() throws {
    if cache.holds(file) { return progress(file.size) }
    let lock = try FileLock(cache.lock(file.identity))
    defer { lock.release() }
    // Another process may have brought it while we waited.
    if cache.holds(file) { return progress(file.size) }
    let partial = try PartialFile(cache.blob(file.identity) + ".incomplete", limit: file.size)
    progress(partial.count)
    try fill(partial)
    try partial.commit(to: cache.blob(file.identity))
  }

  private func fill(_ partial: PartialFile) throws {
    var attempt = 1
    var wasWrong = false
    while true {
      if partial.count == file.size {
        if try partial.has(file.identity, size: file.size) { return }
        guard !wasWrong else { throw wrongContent() }
        wasWrong = true
        try restart(partial)
        if file.size == 0 { throw wrongContent() }
      }
      var before = partial.count
      let response: HTTPResponse?
      do { response = try request(partial) } catch let failure as HTTPClient.Failure {
        guard failure.isTemporary else { throw connection.refusal.error(failure) }
        response = nil
      }
      if partial.count == file.size { continue }
      if let response, !response.isSuccess, response.status != 416,
        !RetryPolicy.mayChange(response.status)
      {
        throw connection.refusal.error(response, path: file.path)
      }
      if response?.status == 416 {
        try restart(partial)
        before = .max
      }
      // Tries count from the last byte that came: a bad line brings a large file all the same.
      attempt = partial.count > before ? 1 : attempt
      guard let pause = connection.retry.pause(after: attempt, response: response) else {
        throw response.map { connection.refusal.error($0, path: file.path) }
          ?? connection.refusal.error(
            HTTPClient.Failure(
              reason: "`\(file.path)` broke off at byte \(partial.count) of \(file.size)",
              isTemporary: true))
      }
      RetryPolicy.sleep(pause)
      attempt += 1
    }
  }

  /// One request for what is missing.
  private func request(_ partial: PartialFile) throws -> HTTPResponse {
    var takes = false
    return try connection.download(file, commit: commit, from: partial.count) { response in
      switch response.status {
      case 206:
        let start = response["content-range"]?.firstMatch(of: /^bytes ([0-9]+)-/)?.1
        takes = start.flatMap { Int($0) } == partial.count
      case 200:
        // The server does not know ranges: from the beginning again.
        try restart(partial)
        takes = true
      default: takes = false
      }
    } body: { piece in
      guard takes else { return }
      guard partial.count + piece.count <= file.size else { throw wrongContent() }
      try partial.append(piece)
      progress(piece.count)
    }
  }

  private func restart(_ partial: PartialFile) throws {
    progress(-partial.count)
    try partial.clear()
  }

  private func wrongContent() -> AksharaError {
    AksharaError(
      .malformed, "`\(file.path)` came with other content than the hub lists",
      at: SourceLocation(file: connection.repository.description),
      remedy: "try again; if it stays so, a proxy or the mirror in HF_ENDPOINT changes it")
  }
}
