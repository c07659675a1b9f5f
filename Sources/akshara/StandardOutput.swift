import Artifacts
import Foundation

/// Where data go.
enum StandardOutput {
  /// Writes bytes.
  ///
  /// - Throws: `unwritable`, for example when the disk behind a redirection is full.
  static func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let slice = UnsafeRawBufferPointer(rebasing: rest)
      let written = Foundation.write(STDOUT_FILENO, slice.baseAddress, slice.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else {
        let reason = String(cString: strerror(errno))
        throw AksharaError(
          .unwritable, "cannot write to standard output: \(reason)",
          remedy: "look at where it goes, and start again")
      }
      rest = rest.dropFirst(written)
    }
  }

  /// Writes bytes.
  ///
  /// - Throws: `unwritable`, for example when the disk behind a redirection is full.
  static func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }
}
