internal import Foundation

/// How often, and after what pause, a request that failed is made again.
package struct RetryPolicy: Sendable {
  /// The most tries, the first included.
  package var tries = 6
  /// Seconds before the second try; each further pause is twice as long.
  package var firstPause = 1.0
  /// No pause is longer, whatever the server says.
  package var longestPause = 120.0

  /// Six tries in about half a minute.
  package init() {}

  /// Whether an answer with this status may be another one later: too many requests, or the
  /// server's own trouble.
  static func mayChange(_ status: Int) -> Bool {
    [408, 429, 500, 502, 503, 504].contains(status)
  }

  /// Seconds to wait after try number `attempt` (from 1); `nil` once there have been enough.
  ///
  /// A server's `Retry-After` (seconds; RFC 9110, section 10.2.3) goes before the doubling. The hub
  /// says it in `RateLimit: …;t=SECONDS` too (draft-ietf-httpapi-ratelimit-headers).
  func pause(after attempt: Int, response: HTTPResponse?) -> Double? {
    guard attempt < tries else { return nil }
    let doubled = firstPause * Double(1 << min(attempt - 1, 16))
    return min(Self.demand(of: response) ?? doubled, longestPause)
  }

  private static func demand(of response: HTTPResponse?) -> Double? {
    if let seconds = response?["retry-after"].flatMap(Double.init), seconds >= 0 { return seconds }
    guard let limit = response?["ratelimit"], response?.status == 429,
      let match = limit.firstMatch(of: /t=([0-9]{1,6})/)
    else { return nil }
    return Double(match.1)
  }

  /// Waits.
  static func sleep(_ seconds: Double) { Thread.sleep(forTimeInterval: seconds) }
}
