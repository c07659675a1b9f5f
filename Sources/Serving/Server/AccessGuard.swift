internal import HTTPTypes
internal import Hummingbird

/// Decides who is answered.
///
/// The server listens on the loopback interface alone. Three doors keep out what runs on the same
/// machine or in the same browser:
/// 1. the `Host` must be a name of the loopback interface, so that a foreign page whose name was
///    bound to 127.0.0.1 (DNS rebinding) gets nothing;
/// 2. the token, once in the address that was printed, then as a cookie that scripts cannot read and
///    other sites' pages do not send, or as a header;
/// 3. what changes something must be JSON and come from the page itself.
struct AccessGuard: Sendable {
  /// What is answered.
  enum Decision: Equatable {
    /// The request goes on.
    case allow
    /// The token was right: it moves from the address into a cookie.
    case welcome
    /// The request ends here.
    case refuse(HTTPResponse.Status, String)
  }

  let token: AccessToken
  let port: @Sendable () -> Int

  /// The longest address that is looked at, in bytes.
  static let longestAddress = 8192

  /// The header that a program may send in place of the cookie.
  static let header = HTTPField.Name("X-Akshara-Token")

  /// The cookie; one a port, since browsers share cookies between ports.
  var cookieName: String { "akshara_view_\(port())" }

  func decide(on request: Request) -> Decision {
    guard request.uri.string.utf8.count <= Self.longestAddress else {
      return .refuse(.uriTooLong, "The address is too long.")
    }
    guard let authority = request.head.authority, Self.isLoopback(authority) else {
      return .refuse(.forbidden, "The page answers under 127.0.0.1 and localhost only.")
    }
    if request.uri.path == "/", let given = request.uri.queryParameters["token"] {
      return token.matches(given) ? .welcome : Self.stranger
    }
    guard isKnown(request) else { return Self.stranger }
    guard request.method != .get, request.method != .head else { return .allow }
    if let origin = request.headers[.origin], origin != "http://\(authority)" {
      return .refuse(.forbidden, "Only the page itself may change something.")
    }
    guard request.headers[.contentType]?.hasPrefix("application/json") == true else {
      return .refuse(.unsupportedMediaType, "Send JSON.")
    }
    return .allow
  }

  private static let stranger = Decision.refuse(
    .forbidden, "Open the address that `akshara view` printed; it holds the key to this page.")

  private func isKnown(_ request: Request) -> Bool {
    if let name = Self.header, let given = request.headers[name] { return token.matches(given) }
    return request.cookies[cookieName].map { token.matches($0.value) } ?? false
  }

  /// Whether an authority (`localhost:8080`) names the loopback interface. The port may be another
  /// one: `ssh -L` gives it any.
  static func isLoopback(_ authority: String) -> Bool {
    ["127.0.0.1", "localhost", "[::1]"].contains { name in
      guard authority.hasPrefix(name) else { return false }
      let rest = authority.dropFirst(name.count)
      return rest.isEmpty
        || rest.first == ":" && rest.count > 1 && rest.dropFirst().allSatisfy(\.isASCIIDigit)
    }
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
