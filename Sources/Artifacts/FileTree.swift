internal import Foundation

/// The files below a folder.
public enum FileTree {
  /// The relative paths of all files below `folder`, sorted by their bytes; hidden ones left out.
  ///
  /// A plain file gives no paths; links are not followed out of the folder.
  public static func files(below folder: String) throws -> [String] {
    var found: [String] = []
    try collect(folder, prefix: "", into: &found)
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func collect(_ folder: String, prefix: String, into found: inout [String]) throws {
    for name in Folder.list(folder) {
      let path = Path.join(folder, name)
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      if isFolder.boolValue {
        let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
        if !isLink { try collect(path, prefix: "\(prefix)\(name)/", into: &found) }
      } else {
        found.append(prefix + name)
      }
    }
  }
}

extension Digest {
  /// The digest of a file's content, read in pieces.
  ///
  /// - Throws: `unreadable`.
  public init(ofFile path: String) throws {
    guard let file = fopen(path, "rb") else {
      throw AksharaError(
        .unreadable, "cannot read the file: \(String(cString: strerror(errno)))",
        at: SourceLocation(file: path))
    }
    defer { fclose(file) }
    var hasher = DigestHasher()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
    guard ferror(file) == 0 else {
      throw AksharaError(.unreadable, "cannot read the file", at: SourceLocation(file: path))
    }
    self = hasher.finalize()
  }
}
