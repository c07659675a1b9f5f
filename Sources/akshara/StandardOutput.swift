import Artifacts
import Foundation

/// Where data go.
enum StandardOutput {
  /// Writes bytes.
  ///
  /// - Throws: `unwritable`, for example when the disk behind a redirection is full.
  static func write(_ bytes: [UInt8]) throws {
    do { try FileHandle.standardOutput.write(contentsOf: Data(bytes)) } catch {
      throw AksharaError(.unwritable, "cannot write to standard output")
    }
  }
}
