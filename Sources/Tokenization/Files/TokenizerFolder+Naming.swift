import Artifacts

/// Which IDs the files of a folder name.
extension TokenizerFolder {
  /// One more than the largest ID that a token has by the tokenizer in `folder`; rows of a model from
  /// there on belong to no token.
  ///
  /// - Returns: `nil` if no file there says it: there is none, or one of a kind that holds no special
  ///   tokens, such as a rank file.
  /// - Throws: as reading a tokenizer does.
  public static func namedEnd(in folder: String) throws -> Int? {
    guard TokenizerPlace.names.contains(where: { Path.exists(Path.join(folder, $0)) }) else {
      return nil
    }
    let path = try TokenizerPlace.file(folder)
    let kind = TokenizerFile(
      try TokenizerFile.bytes(of: path), at: SourceLocation(file: path)
    ).kind
    guard kind != .ranks, kind != .vocabulary else { return nil }
    return max(try BPETokenizer(contentsOf: path).vocabularyCount, try listedTokens(in: folder).end)
  }

  /// Refuses a folder whose settings give a token an ID that `tokenizer` has not: transformers adds that
  /// token when it loads the folder.
  ///
  /// - Throws: `unsupported`; `malformed` for a file that is no JSON.
  public static func check(listingIn folder: String, against tokenizer: BPETokenizer) throws {
    let listed = try listedTokens(in: folder)
    guard listed.end > tokenizer.vocabularyCount else { return }
    throw AksharaError(
      .unsupported,
      "the settings name a token \(listed.end - 1), but the tokenizer ends at "
        + "\(tokenizer.vocabularyCount - 1); new tokens would get its ID",
      at: SourceLocation(file: listed.file),
      remedy: "save the folder with transformers, so that the tokenizer has all of its tokens")
  }

  /// One more than the largest ID in the listings of added tokens that transformers writes beside a
  /// tokenizer, and the file that has it.
  private static func listedTokens(in folder: String) throws -> (end: Int, file: String) {
    var largest = (end: 0, file: folder)
    func note(_ id: Int?, _ file: String) {
      if let id, id >= largest.end, id < .max { largest = (id + 1, file) }
    }
    let settings = Path.join(folder, "tokenizer_config.json")
    for pair in try object(settings)?["added_tokens_decoder"]?.object?.pairs ?? [] {
      note(Int(pair.key), settings)
    }
    let added = Path.join(folder, "added_tokens.json")
    for pair in try object(added)?.pairs ?? [] {
      note(pair.value.integer.flatMap(Int.init(exactly:)), added)
    }
    return largest
  }

  private static func object(_ path: String) throws -> JSONObject? {
    guard Path.exists(path) else { return nil }
    return try JSONValue(configuration: TextFile(path).bytes, at: SourceLocation(file: path)).object
  }
}
