internal import Artifacts
internal import Foundation

/// What the user's environment says about the hub, by the names that `huggingface_hub` reads.
package struct HubEnvironment: Sendable {
  /// `HF_ENDPOINT`, without a final slash.
  package var endpoint: String
  /// `HF_HUB_CACHE`, else `$HF_HOME/hub`.
  package var cache: String
  /// `HF_HUB_OFFLINE`: nothing is asked of the network.
  package var isOffline: Bool
  /// The user's token, if one was found.
  package var token: AccessToken?
  /// Where it was found, for messages; never the token.
  package var tokenSource: String?

  /// The environment of this process; `.env` is looked for in `folder`.
  ///
  /// - Throws: `invalidOption` for an endpoint that is none.
  package init(
    _ variables: [String: String] = ProcessInfo.processInfo.environment, folder: String = "."
  ) throws {
    let home =
      Self.value("HF_HOME", variables).map(Self.expand)
      ?? Path.join(
        Self.value("XDG_CACHE_HOME", variables).map(Self.expand) ?? Self.expand("~/.cache"),
        "huggingface")
    endpoint = try Self.endpoint(Self.value("HF_ENDPOINT", variables))
    cache =
      (Self.value("HF_HUB_CACHE", variables) ?? Self.value("HUGGINGFACE_HUB_CACHE", variables))
      .map(Self.expand) ?? Path.join(home, "hub")
    isOffline = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].contains {
      ["1", "ON", "YES", "TRUE"].contains((variables[$0] ?? "").uppercased())
    }
    let tokenFile = Self.value("HF_TOKEN_PATH", variables).map(Self.expand)
    (token, tokenSource) = Self.token(
      variables, files: [tokenFile ?? Path.join(home, "token")],
      dotEnv: Path.join(folder, ".env"))
  }

  /// The names under which tokens stand, the first one found counts.
  private static let tokenNames = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HUGGINGFACE_TOKEN"]
  /// No token file is larger.
  private static let largestFile = 64 << 10

  private static func value(_ name: String, _ variables: [String: String]) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func expand(_ path: String) -> String {
    (path as NSString).expandingTildeInPath
  }

  private static func endpoint(_ text: String?) throws -> String {
    guard var text else { return "https://huggingface.co" }
    while text.hasSuffix("/") { text.removeLast() }
    guard text.wholeMatch(of: /https?:\/\/[A-Za-z0-9.\-:\[\]]+(\/[A-Za-z0-9._~\/\-]*)?/) != nil
    else {
      throw AksharaError(
        .invalidOption, "`HF_ENDPOINT` is not the address of a hub",
        remedy: "give it like https://huggingface.co, without user, password or query")
    }
    return text
  }

  private static func token(
    _ variables: [String: String], files: [String], dotEnv: String
  ) -> (AccessToken?, String?) {
    for name in tokenNames {
      if let token = variables[name].flatMap(AccessToken.init) { return (token, name) }
    }
    for file in files {
      if let token = text(of: file).flatMap(AccessToken.init) { return (token, file) }
    }
    let assignments = text(of: dotEnv).map(DotEnv.assignments) ?? [:]
    for name in tokenNames {
      if let token = assignments[name].flatMap(AccessToken.init) { return (token, dotEnv) }
    }
    return (nil, nil)
  }

  private static func text(of file: String) -> String? {
    guard let handle = FileHandle(forReadingAtPath: file) else { return nil }
    defer { try? handle.close() }
    guard let data = try? handle.read(upToCount: largestFile) else { return nil }
    return String(decoding: data, as: UTF8.self)
  }
}

/// Files of `NAME=value` lines.
enum DotEnv {
  /// The assignments: `export` before a name, quotes around a value and `#` lines are allowed.
  static func assignments(_ text: String) -> [String: String] {
    var found: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      guard
        let match = line.wholeMatch(of: /\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*/)
      else { continue }
      found[String(match.1)] = unquoted(match.2)
    }
    return found
  }

  private static func unquoted(_ value: Substring) -> String {
    for quote in ["\"", "'"]
    where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
      return String(value.dropFirst().dropLast())
    }
    // Without quotes, a comment ends the value.
    return String(value.prefix { $0 != "#" && !$0.isWhitespace })
  }
}
