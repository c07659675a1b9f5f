internal import Artifacts
internal import Foundation

/// Keeps two processes out of one run directory.
///
/// The lock is the operating system's (`flock`), so it ends with the process, however that ends.
package final class RunLock {
  private let descriptor: Int32

  /// Takes the lock of `folder`.
  ///
  /// - Throws: `unwritable` if another process holds it.
  package init(_ folder: String) throws {
    try Folder.make(folder)
    let path = Path.join(folder, ".lock")
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw AksharaError(
        .unwritable, "cannot write into the run directory", at: SourceLocation(file: folder),
        remedy: "check its rights, or choose another with --output")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw AksharaError(
        .unwritable, "another akshara process is running in this run directory",
        at: SourceLocation(file: folder), remedy: "wait for it, or choose another with --output")
    }
  }

  deinit { close(descriptor) }
}
