import Foundation

/// Messages to the person at the terminal; data go to standard output.
enum StandardError {
  /// Prints a line.
  static func print(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
  }
}
