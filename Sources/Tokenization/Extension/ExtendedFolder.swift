import Artifacts

/// The folder that `ExtendedVocabulary.write` wrote, read back.
public struct ExtendedFolder: Sendable {
  /// The extended tokenizer.
  public let tokenizer: BPETokenizer
  /// The first ID that its base does not have.
  public let firstNewID: TokenID

  /// Reads `tokenizer.json` and `extension.json`.
  ///
  /// - Throws: `missingFile`, `malformed`; `checkFailed` if the two do not belong together.
  public init(_ path: String) throws {
    let file = Path.join(path, "extension.json")
    let location = SourceLocation(file: file)
    guard Path.exists(file) else {
      throw AksharaError(
        .missingFile, "there is no extension.json in the tokenizer's folder",
        at: SourceLocation(file: path), remedy: "give a folder of `akshara tokenizer extend`")
    }
    let json = try JSONValue(parsing: TextFile(file).bytes, at: location)
    tokenizer = try BPETokenizer(contentsOf: Path.join(path, "tokenizer.json"))
    guard let first = json["first_new_id"]?.integer, first > 0,
      first < tokenizer.vocabularyCount
    else {
      throw AksharaError(.malformed, "`first_new_id` is no ID of the tokenizer", at: location)
    }
    guard json["digest"]?.string == tokenizer.digest else {
      throw AksharaError(
        .checkFailed, "tokenizer.json is not the file that extension.json describes", at: location,
        remedy: "extend the tokenizer again")
    }
    firstNewID = TokenID(first)
  }
}
