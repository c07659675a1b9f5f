import Artifacts
import Foundation

/// What `--tokenizer` names.
enum TokenizerPath {
  /// The tokenizer's file: `path` itself, or `tokenizer.json` where `path` is a folder.
  static func file(_ path: String) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return path }
    return Path.join(path, "tokenizer.json")
  }
}
