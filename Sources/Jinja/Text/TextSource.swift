/// Bytes that pieces of texts lie in; never changed, so that slices cost nothing.
package final class TextSource: Sendable {
  /// UTF-8.
  package let bytes: [UInt8]
  /// For a template's literal: the line it stands on, counted from 1.
  package let line: Int?

  package init(_ bytes: [UInt8], line: Int? = nil) {
    self.bytes = bytes
    self.line = line
  }

  static let empty = TextSource([])
}
