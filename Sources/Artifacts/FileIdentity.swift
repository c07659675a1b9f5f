internal import Foundation

/// Which file it is, whatever its path: device and inode.
struct FileIdentity: Equatable {
  private let device: UInt64
  private let inode: UInt64

  /// The file at `path`; `nil` if there is none.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
  }

  /// The open file; `nil` if it cannot be asked.
  init?(_ descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
  }
}

extension Path {
  /// Whether both paths lead to the same file that is there.
  public static func isSameFile(_ left: String, _ right: String) -> Bool {
    guard let identity = FileIdentity(left) else { return false }
    return identity == FileIdentity(right)
  }

  /// Whether `inner` is `outer` or lies below it, links followed; both must be there.
  public static func contains(_ outer: String, _ inner: String) -> Bool {
    guard let outer = realpath(outer, nil) else { return false }
    defer { free(outer) }
    guard let inner = realpath(inner, nil) else { return false }
    defer { free(inner) }
    let (above, below) = (String(cString: outer), String(cString: inner))
    return below == above || below.hasPrefix(above == "/" ? "/" : above + "/")
  }

  /// Whether a folder stands at `path`.
  public static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
