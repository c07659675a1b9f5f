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
