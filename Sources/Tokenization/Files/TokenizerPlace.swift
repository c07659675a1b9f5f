import Artifacts
internal import Foundation

/// Which file a path means: itself, or, where it is a folder, the tokenizer that lies in it.
package enum TokenizerPlace {
  /// The names under which a model's folder holds its tokenizer, the most telling first; merges lie
  /// beside a vocabulary.
  static let names = [written, "tekken.json", sentencePiece, "vocab.json", "encoder.json"]
  /// The name under which tokenizers are written.
  static let written = "tokenizer.json"
  /// The name of a SentencePiece model.
  static let sentencePiece = "tokenizer.model"
  /// The names that `BPETokenizer.write(into:)` gives.
  package static let writtenNames = [written, sentencePiece]

  /// The file.
  ///
  /// - Throws: `missingFile` for a folder without a tokenizer.
  package static func file(_ path: String) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return path }
    for name in names where FileManager.default.fileExists(atPath: Path.join(path, name)) {
      return Path.join(path, name)
    }
    throw AksharaError(
      .missingFile, "the folder has no tokenizer", at: SourceLocation(file: path),
      remedy: "put one of these there: " + names.joined(separator: ", "))
  }
}
