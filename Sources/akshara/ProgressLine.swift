import Foundation

/// One line on standard error that the next one overwrites; on a file or pipe nothing is shown, or a
/// plain line where that is wanted.
enum ProgressLine {
  /// Shows `text` in place of what stood there; an empty text takes the line away.
  ///
  /// - Parameter plain: whether it is a line of its own where there is no terminal.
  static func show(_ text: String, plain: Bool = false) {
    guard isatty(STDERR_FILENO) == 1 else {
      if plain, !text.isEmpty { StandardError.print(text) }
      return
    }
    try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(text)".utf8))
  }
}
