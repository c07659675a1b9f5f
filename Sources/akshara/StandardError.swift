import Foundation

/// Messages to the person at the terminal; data go to standard output.
enum StandardError {
  /// Whether colours are shown: on a terminal whose user has not set NO_COLOR (no-color.org).
  static let isColoured =
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"]?.isEmpty ?? true

  /// Prints a line.
  static func print(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
  }
}
