internal import Foundation

/// Writes a folder of files that appears whole or not at all.
///
/// Files are written below `<path>.partial`; `commit()` moves that folder to `path`, replacing
/// what stood there. A partial folder left by a crash is removed by the next writer.
public final class AtomicFolder {
  /// Where the folder will stand.
  public let path: String
  /// Where files are to be written until `commit()`.
  public let workPath: String
  private var committed = false

  /// Makes an empty work folder.
  ///
  /// - Throws: `unwritable`.
  public init(_ path: String) throws {
    self.path = path.hasSuffix("/") ? String(path.dropLast()) : path
    workPath = self.path + ".partial"
    try Folder.remove(workPath)
    try Folder.make(workPath)
  }

  deinit {
    if !committed { try? Folder.remove(workPath) }
  }

  /// Makes the folder appear at `path`.
  ///
  /// What stood there is moved aside first and removed last, so that a crash leaves the old
  /// folder, the new one, or (between two renames) none; never a mixture.
  ///
  /// - Throws: `unwritable`.
  public func commit() throws {
    let old = path + ".old"
    try Folder.remove(old)
    if Path.exists(path) {
      guard rename(path, old) == 0 else { throw AtomicFile.unwritable(path) }
    }
    guard rename(workPath, path) == 0 else { throw AtomicFile.unwritable(path) }
    committed = true
    Folder.synchronize(Path.folder(of: path))
    try Folder.remove(old)
  }
}
