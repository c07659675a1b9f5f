internal import Artifacts
internal import Foundation

/// Finds files by the relative paths that a passport recorded.
///
/// They count from the folder in which the run was started, which nobody wrote down: a passport must
/// not tell how a machine is laid out. So the first of these in which a file is found is taken:
///
///     this folder ─► the model's folder ─► the one above it ─► … ─► /
///
/// Whether it is the right file its digest says.
struct RecordedPaths {
  private let folders: [String]

  /// - Parameters:
  ///   - origin: the folder that the paths count from, if it is known.
  ///   - model: the folder of the passport.
  init(origin: String?, model: String) {
    if let origin {
      folders = [origin]
      return
    }
    var above = [Path.join(FileManager.default.currentDirectoryPath, model)].map(Path.normalized)
    while let last = above.last, last != "/" { above.append(Path.folder(of: last)) }
    folders = ["."] + above
  }

  /// Where the file or folder stands; the path as it was recorded if nothing is there.
  func place(of path: String) -> String {
    folders.lazy.map { Path.join($0, path) }.first(where: Path.exists)
      ?? (folders.count == 1 ? Path.join(folders[0], path) : path)
  }
}
