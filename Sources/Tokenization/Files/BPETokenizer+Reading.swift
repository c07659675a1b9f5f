import Artifacts

extension BPETokenizer {
  /// Files larger than this are not read; the largest vocabularies in use (256,000 tokens) take
  /// about 33 MiB.
  static let largestFile = 64 << 20

  /// Reads a tokenizer's file, plain, gzip or zstd; its content tells its kind.
  ///
  /// - `tokenizer.json` of a byte-level BPE: `pattern` must be absent or the file's own.
  /// - A tiktoken rank file, one line a token, the token in base64 and its rank: `pattern` names
  ///   the split pattern, which the file does not hold, and `specialTokens` the special tokens.
  ///
  /// - Throws: `missingFile`, `unreadable`, `malformed`; `unsupported` for parts that Akshara does
  ///   not know, by their name; `invalidOption` if `pattern` is missing or contradicts the file.
  public convenience init(
    contentsOf path: String, pattern: SplitPattern? = nil, specialTokens: [AddedToken] = []
  ) throws {
    let location = SourceLocation(file: path)
    let bytes = try TextFile(path, maximumSize: Self.largestFile).bytes
    if bytes.first(where: { !Self.jsonSpace.contains($0) }) == UInt8(ascii: "{") {
      try self.init(
        tokenizerJSON: bytes, pattern: pattern, specialTokens: specialTokens, at: location)
    } else {
      guard let pattern else {
        throw AksharaError(
          .invalidOption, "a rank file does not say how text is split", at: location,
          remedy: "name the split pattern: "
            + SplitPattern.allCases.map(\.rawValue).joined(separator: ", "))
      }
      let definition = try RankFile(bytes, at: location).definition(
        pattern: pattern, specialTokens: specialTokens)
      try self.init(definition, at: location)
    }
  }

  private static let jsonSpace: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]

  private convenience init(
    tokenizerJSON bytes: [UInt8], pattern: SplitPattern?, specialTokens: [AddedToken],
    at location: SourceLocation
  ) throws {
    let document = try JSONValue(parsing: bytes, at: location)
    let definition = try TokenizerJSONReader(location: location).definition(of: document)
    guard pattern == nil || pattern == definition.pretokenizer.pattern, specialTokens.isEmpty else {
      throw AksharaError(
        .invalidOption,
        "the file has its own special tokens, and says itself how text is split",
        at: location, remedy: "leave out the pattern and the special tokens")
    }
    try self.init(definition, content: bytes, at: location)
  }
}
