/// One HTTP GET or HEAD.
package struct HTTPRequest: Sendable {
  /// The address; `https:`, or `http:` where `allowsPlain`.
  package var url: String
  /// Whether only the head is asked for.
  package var isHeadOnly = false
  /// Request headers without the credential, in order.
  package var headers: [(name: String, value: String)] = []
  /// Sent as `Authorization: Bearer …`, and printed nowhere.
  package var token: AccessToken?
  /// Whether `http:` is allowed: only where the user named such an endpoint.
  package var allowsPlain = false

  /// A GET of `url`.
  package init(_ url: String) { self.url = url }

  /// The header lines as they are sent, the credential included.
  func lines() -> [String] {
    var lines = headers.map { "\($0.name): \($0.value)" }
    if let token { lines.append("Authorization: Bearer \(token.secret)") }
    return lines
  }
}

/// What came back, without the body.
package struct HTTPResponse: Sendable, Equatable {
  /// The status: 200, 404, …
  package var status: Int
  /// The header fields of the last answer, names in lower case.
  package var headers: [String: String] = [:]

  /// The field called `name`, whatever its letters' case.
  package subscript(name: String) -> String? { headers[name.lowercased()] }

  /// Whether the status is in the two hundreds.
  package var isSuccess: Bool { (200..<300).contains(status) }

  /// Where a redirect leads, as the server wrote it.
  package var redirect: String? { (300..<400).contains(status) ? self["location"] : nil }

  /// Takes one line of the head; a new status line begins a new answer (100 Continue, proxies).
  mutating func take(line: String) {
    if line.hasPrefix("HTTP/") {
      let parts = line.split(separator: " ")
      self = HTTPResponse(status: parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    headers[line[..<colon].lowercased()] = String(value)
  }
}
