/// A secret that lets a user in. It has no description but `(secret)`, so no log or error can
/// show it by accident.
package struct AccessToken: Sendable, Equatable, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  /// The token itself; only for the header of a request.
  let secret: String

  /// A token; `nil` if the text, trimmed, is empty or could not stand in a header.
  package init?(_ text: String) {
    let trimmed = text.drop(while: \.isWhitespace)
    guard let last = trimmed.lastIndex(where: { !$0.isWhitespace }) else { return nil }
    let secret = trimmed[...last]
    // A line feed in a header would begin another one.
    guard secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    self.secret = String(secret)
  }

  /// Never the secret.
  package var description: String { "(secret)" }
  /// Never the secret.
  package var debugDescription: String { description }
  /// Never the secret.
  package var customMirror: Mirror { Mirror(self, children: []) }
}
