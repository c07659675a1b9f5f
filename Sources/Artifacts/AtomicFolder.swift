internal import Foundation

/// Writes a folder of files that appears whole or not at all.
///
/// Files are written below `.<name>.partial` in the same folder; `commit()` moves that to `path`,
/// replacing an artifact of the same kind that stood there, and nothing else. The partial folder is
/// locked, so that two processes never mix their files, and what a crash left in one is removed by
/// the next writer: its name is hidden, so that nobody keeps work of their own in it.
public final class AtomicFolder {
  /// Where the folder will stand.
  public let path: String
  /// Where files are to be written until `commit()`.
  public let workPath: String
  private let lock: Int32
  private var committed = false

  /// Makes an empty work folder.
  ///
  /// - Parameters:
  ///   - marker: a file that every artifact of this kind holds. What stands at `path` is replaced
  ///     only if it is an empty folder or has this file; `nil` where the caller owns the place.
  ///   - inputs: files that are read to make the artifact; none of them may be replaced.
  /// - Throws: `invalidOption` if something else stands at `path` or an input lies in it;
  ///   `unwritable`.
  public init(_ path: String, replacing marker: String? = nil, inputs: [String] = []) throws {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    workPath = Path.join(
      Path.folder(of: self.path), ".\(Path.name(of: self.path)).partial")
    try Self.check(self.path, marker: marker, inputs: inputs)
    lock = try FolderLock.take(workPath)
    for name in try FileManager.default.contentsOfDirectory(atPath: workPath) {
      try Folder.remove(Path.join(workPath, name))
    }
  }

  deinit {
    if !committed { try? Folder.remove(workPath) }
    close(lock)
  }

  private static func check(_ path: String, marker: String?, inputs: [String]) throws {
    let location = SourceLocation(file: path)
    if let input = inputs.first(where: { Path.contains(path, $0) }) {
      throw AksharaError(
        .invalidOption, "the output would replace the input `\(input)`", at: location,
        remedy: "choose another output")
    }
    guard let marker, Path.exists(path) else { return }
    let isFolder = Path.isFolder(path)
    let isOurs = Path.exists(Path.join(path, marker))
    guard isFolder, isOurs || Folder.list(path).isEmpty else {
      throw AksharaError(
        .invalidOption,
        isFolder
          ? "the output folder holds something else (it has no \(marker))"
          : "the output is a file that is there already",
        at: location, remedy: "choose a folder that is new or empty")
    }
  }

  /// Refuses a folder that holds anything besides an artifact's own files, so that replacing the
  /// artifact takes nothing of its user's away.
  ///
  /// What a crash left of the artifact's own files (`.NAME.partial`) is no foreign thing, and neither are
  /// caches of its files.
  ///
  /// - Parameters:
  ///   - path: where the artifact is to stand; nothing needs to be there.
  ///   - isOwn: whether a path, relative to the folder, is one of the artifact's files.
  /// - Throws: `invalidOption`, naming the first file, link or empty folder that is not.
  /// - Complexity: lists the folder up to that one.
  public static func requireNothingElse(
    at path: String, than isOwn: (String) -> Bool
  ) throws {
    guard Path.isFolder(path), let other = firstOther(in: path, below: "", than: isOwn) else {
      return
    }
    throw AksharaError(
      .invalidOption,
      "the output folder holds something else: `\(other)`",
      at: SourceLocation(file: path),
      remedy: "choose a folder that is new or empty, or put that elsewhere first")
  }

  private static func firstOther(
    in folder: String, below prefix: String, than isOwn: (String) -> Bool
  ) -> String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let path = Path.join(folder, name)
      if isPlainFolder(path) {
        let isEmpty = (try? FileManager.default.contentsOfDirectory(atPath: path).isEmpty) ?? false
        if isEmpty { return "\(prefix)\(name)/" }
        if let other = firstOther(in: path, below: "\(prefix)\(name)/", than: isOwn) {
          return other
        }
      } else if !isOwn(prefix + name), !isOwn(prefix + AtomicFile.finalName(of: name)),
        !CacheFile.isName(name)
      {
        return prefix + name
      }
    }
    return nil
  }

  /// Whether a folder stands at `path` itself, not one that a link there leads to.
  private static func isPlainFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes the folder appear at `path`.
  ///
  /// What stood there is moved aside first and removed last, so that a crash leaves the old
  /// folder, the new one, or (between two renames) none; never a mixture.
  ///
  /// - Throws: `unwritable`.
  public func commit() throws {
    let old = Path.join(Path.folder(of: path), ".\(Path.name(of: path)).replaced")
    if Path.exists(path) {
      try Folder.remove(old)
      guard rename(path, old) == 0 else { throw AtomicFile.unwritable(path) }
    }
    guard rename(workPath, path) == 0 else { throw AtomicFile.unwritable(path) }
    committed = true
    Folder.synchronize(Path.folder(of: path))
    try Folder.remove(old)
  }
}

/// The lock of a folder that is being written.
private enum FolderLock {
  /// Makes the folder if it is not there and locks it; the lock ends with the process.
  static func take(_ path: String) throws -> Int32 {
    while true {
      try Folder.make(path)
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard descriptor >= 0 else { throw AtomicFile.unwritable(path) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        close(descriptor)
        throw AtomicFile.busy(path)
      }
      // Its former owner may have moved it to its final place between our two calls.
      if FileIdentity(descriptor) == FileIdentity(path) { return descriptor }
      close(descriptor)
    }
  }
}
