internal import Artifacts
internal import Foundation

/// Asks a hub about one repository: with the token, with retries, redirects followed.
struct HubConnection: Sendable {
  let repository: HubRepository
  let environment: HubEnvironment
  var http = HTTPClient()
  var retry = RetryPolicy()

  /// No page of a listing is longer.
  private static let longestPage = 64 << 20
  /// No repository has more files.
  private static let mostFiles = 1_000_000
  private static let mostRedirects = 10

  var refusal: HubRefusal { HubRefusal(repository: repository, environment: environment) }

  /// The commit that the repository's revision stands for now.
  ///
  /// - Throws: what the hub refuses.
  func commit() throws -> String {
    let url = "\(api)/revision/\(Self.escaped(repository.revision, slashes: false))"
    let page = try json(url)
    guard let commit = page.value["sha"]?.string, HubCache.isCommit(commit) else {
      throw notAHub(url)
    }
    return commit
  }

  /// All files of a commit, in the hub's order.
  ///
  /// - Throws: what the hub refuses; `malformed` for a listing that cannot be.
  func files(of commit: String) throws -> [HubFile] {
    var url: String? = "\(api)/tree/\(commit)?recursive=true&expand=false"
    var files: [HubFile] = []
    var seen: Set<String> = []
    while let address = url {
      let page = try json(address)
      guard let entries = page.value.array else { throw notAHub(address) }
      for entry in entries {
        guard let file = try HubFile(entry, at: SourceLocation(file: repository.description))
        else { continue }
        guard seen.insert(file.path).inserted, files.count < Self.mostFiles else {
          throw AksharaError(
            .malformed, "the listing has `\(file.path)` twice, or too many files",
            at: SourceLocation(file: repository.description))
        }
        files.append(file)
      }
      url = try next(page.response, after: address)
    }
    return files
  }

  /// Brings the bytes of a file from `offset` on.
  ///
  /// - Parameters:
  ///   - begin: called with the head of the answer that brings them.
  ///   - body: called with each piece.
  func download(
    _ file: HubFile, commit: String, from offset: Int, begin: (HTTPResponse) throws -> Void,
    body: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> HTTPResponse {
    let path = Self.escaped(file.path, slashes: true)
    var request = request(
      "\(environment.endpoint)/\(HubRefusal.prefix(repository))\(repository.id)/resolve/\(commit)/\(path)"
    )
    // Compressed bytes could neither be counted nor resumed.
    request.headers.append(("Accept-Encoding", "identity"))
    if offset > 0 { request.headers.append(("Range", "bytes=\(offset)-")) }
    for _ in 0..<Self.mostRedirects {
      var redirect: String?
      let response = try http.perform(request) { response in
        redirect = response.redirect
        if redirect == nil { try begin(response) }
      } body: {
        if redirect == nil { try body($0) }
      }
      guard let redirect else { return response }
      request = try following(redirect, from: request)
    }
    throw AksharaError(
      .unreadable, "more than \(Self.mostRedirects) redirects for `\(file.path)`",
      at: SourceLocation(file: repository.description))
  }

  // MARK: requests

  private var api: String {
    "\(environment.endpoint)/api/\(repository.kind.rawValue)/\(repository.id)"
  }

  /// A request; only the endpoint itself ever sees the token.
  private func request(_ url: String) -> HTTPRequest {
    var request = HTTPRequest(url)
    request.headers = [("User-Agent", "akshara/\(AksharaVersion.text)")]
    request.allowsPlain = environment.endpoint.hasPrefix("http://")
    if Self.origin(of: url) == Self.origin(of: environment.endpoint) {
      request.token = environment.token
    }
    return request
  }

  private func following(_ location: String, from former: HTTPRequest) throws -> HTTPRequest {
    guard let url = HTTPClient.resolve(location, against: former.url) else {
      throw AksharaError(
        .malformed, "the hub redirects to what is no address",
        at: SourceLocation(file: repository.description))
    }
    var request = request(url)
    request.isHeadOnly = former.isHeadOnly
    request.headers = former.headers
    return request
  }

  /// A page of JSON, tried again while the hub is busy.
  private func json(_ url: String) throws -> (value: JSONValue, response: HTTPResponse) {
    var attempt = 1
    while true {
      var request = request(url)
      request.headers.append(("Accept", "application/json"))
      do {
        let (response, body) = try getFollowingRedirects(request)
        if response.isSuccess {
          return (
            try JSONValue(parsing: body, at: SourceLocation(file: repository.description)), response
          )
        }
        guard RetryPolicy.mayChange(response.status),
          let pause = retry.pause(after: attempt, response: response)
        else { throw refusal.error(response) }
        RetryPolicy.sleep(pause)
      } catch let failure as HTTPClient.Failure {
        guard failure.isTemporary, let pause = retry.pause(after: attempt, response: nil) else {
          throw refusal.error(failure)
        }
        RetryPolicy.sleep(pause)
      }
      attempt += 1
    }
  }

  /// Renamed repositories redirect to their new names.
  private func getFollowingRedirects(
    _ first: HTTPRequest
  ) throws -> (response: HTTPResponse, body: [UInt8]) {
    var request = first
    for _ in 0..<Self.mostRedirects {
      let (response, body) = try http.get(request, limit: Self.longestPage)
      guard let redirect = response.redirect else { return (response, body) }
      request = try following(redirect, from: request)
    }
    throw AksharaError(
      .unreadable, "more than \(Self.mostRedirects) redirects",
      at: SourceLocation(file: repository.description))
  }

  /// The address of the next page: `Link: <…>; rel="next"` (RFC 8288).
  private func next(_ response: HTTPResponse, after address: String) throws -> String? {
    guard let link = response["link"],
      let match = link.firstMatch(of: /<([^>]*)>\s*;\s*rel="?next"?/)
    else { return nil }
    guard let url = HTTPClient.resolve(String(match.1), against: address) else {
      throw notAHub(address)
    }
    return url
  }

  private func notAHub(_ url: String) -> AksharaError {
    AksharaError(
      .malformed, "the answer is not a hub's", at: SourceLocation(file: url),
      remedy: "check HF_ENDPOINT")
  }

  /// Scheme, host and port.
  static func origin(of url: String) -> String {
    let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    return parts.prefix(3).joined(separator: "/").lowercased()
  }

  /// Percent-encoded as a path, slashes kept or not.
  static func escaped(_ text: String, slashes: Bool) -> String {
    var allowed = CharacterSet(charactersIn: "-._~")
    allowed.insert(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    if slashes { allowed.insert("/") }
    return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? text
  }
}
