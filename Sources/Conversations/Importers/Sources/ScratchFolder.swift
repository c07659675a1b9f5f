internal import Artifacts
internal import Foundation

/// A folder for texts that were taken out of other files; it goes with its owner.
final class ScratchFolder {
  private let path: String
  private var count = 0

  /// Chooses a name below the system's temporary folder (`TMPDIR`); the folder is made when it is
  /// needed.
  init() {
    path = Path.join(NSTemporaryDirectory(), "akshara-\(UUID().uuidString)")
  }

  deinit { try? Folder.remove(path) }

  /// Where the next file can be written.
  ///
  /// - Parameter suffix: what its name ends in, with the dot.
  func file(_ suffix: String) -> String {
    count += 1
    return Path.join(path, "\(count)\(suffix)")
  }
}
