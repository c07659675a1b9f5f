import Foundation

/// One line on standard error that the next one overwrites; on a file or pipe nothing is shown.
enum ProgressLine {
  /// Shows `text` in place of what stood there; an empty text takes the line away.
  static func show(_ text: String) {
    guard isatty(STDERR_FILENO) == 1 else { return }
    try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(text)".utf8))
  }
}
