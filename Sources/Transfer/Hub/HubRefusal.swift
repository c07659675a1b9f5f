internal import Artifacts

/// Turns the hub's refusals into errors that say what to do.
struct HubRefusal {
  let repository: HubRepository
  let environment: HubEnvironment

  /// The error of an answer that brought nothing.
  ///
  /// - Parameter path: the file that was asked for, if one was.
  func error(_ response: HTTPResponse, path: String? = nil) -> AksharaError {
    let (message, remedy) = words(response, path: path)
    let said = response["x-error-message"].map { " (the hub says: \(redacted($0)))" } ?? ""
    return AksharaError(
      response.status == 404 ? .missingFile : .unreadable, message + said,
      at: SourceLocation(file: repository.description), remedy: remedy)
  }

  /// The error of a request that brought no answer.
  func error(_ failure: HTTPClient.Failure) -> AksharaError {
    AksharaError(
      .unreadable, "no answer from \(environment.endpoint): \(failure.reason)",
      at: SourceLocation(file: repository.description),
      remedy: "check the network and HF_ENDPOINT; with HF_HUB_OFFLINE=1 the cache alone is used")
  }

  private func words(_ response: HTTPResponse, path: String?) -> (String, String) {
    let page = "\(environment.endpoint)/\(Self.prefix(repository))\(repository.id)"
    switch (response.status, response["x-error-code"]) {
    case (_, "GatedRepo"):
      return (
        "the repository is gated, and \(whoAsks) has no access to it",
        "open \(page) in a browser, accept its terms with the account of your token, and try again"
      )
    case (404, "RevisionNotFound"):
      return (
        "there is no revision `\(repository.revision)`",
        "see \(page)/tree/main for its branches and tags"
      )
    case (404, "EntryNotFound"):
      return ("there is no file `\(path ?? "")`", "see \(page)/tree/\(repository.revision)")
    case (401, _) where environment.token == nil:
      return (
        "the repository is not there, or it is private or gated and no token was found",
        "check the name; else set HF_TOKEN, or write a token of \(environment.endpoint)"
          + "/settings/tokens into $HF_HOME/token"
      )
    case (401, _):
      return (
        "the hub does not accept the token, or \(whoAsks) may not see the repository",
        "make a new token with read rights at \(environment.endpoint)/settings/tokens"
      )
    case (403, _):
      return (
        "\(whoAsks) may not read the repository",
        "give the token read rights to it at \(environment.endpoint)/settings/tokens"
      )
    case (404, _):
      let other = repository.kind == .models ? "a data set is hf://datasets/\(repository.id)" : ""
      return ("there is no such repository", "check its name" + (other.isEmpty ? "" : "; \(other)"))
    case (429, _):
      return (
        "the hub refuses so many requests",
        "wait some minutes" + (environment.token == nil ? "; with a token it allows more" : "")
      )
    case (500..., _):
      return ("the hub has trouble of its own (status \(response.status))", "try again later")
    default:
      return ("the hub answers with status \(response.status)", "check HF_ENDPOINT and the name")
    }
  }

  /// Who the hub takes us for, by where the token came from.
  private var whoAsks: String {
    environment.tokenSource.map { "the token in \($0)" } ?? "a visitor without a token"
  }

  /// A server may repeat what it was sent.
  private func redacted(_ text: String) -> String {
    let plain = text.quotedForMessage
    guard let secret = environment.token?.secret, !secret.isEmpty else { return plain }
    return plain.split(separator: secret, omittingEmptySubsequences: false)
      .joined(separator: "(secret)")
  }

  /// What stands before a repository's name in the addresses of its pages and files.
  static func prefix(_ repository: HubRepository) -> String {
    repository.kind == .datasets ? "datasets/" : ""
  }
}
