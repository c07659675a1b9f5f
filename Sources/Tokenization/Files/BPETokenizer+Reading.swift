import Artifacts

extension BPETokenizer {
  /// Files larger than this are not read; the largest vocabularies in use (262,000 tokens) take
  /// about 33 MiB.
  static let largestFile = 64 << 20

  /// Reads a tokenizer's file, plain, gzip or zstd; its content tells its kind.
  ///
  /// - `tokenizer.json` with a BPE model.
  /// - A SentencePiece BPE `.model`.
  /// - Mistral's tekken JSON.
  /// - GPT-2's `vocab.json` (`encoder.json`) with `merges.txt` (`vocab.bpe`) beside it; `pattern` only
  ///   for the vocabulary of another model.
  /// - A tiktoken rank file, one line a token, the token in base64 and its rank: `pattern` names
  ///   the split pattern, which the file does not hold, and `specialTokens` the special tokens.
  ///
  /// - Parameters:
  ///   - path: the file, or a folder that holds `tokenizer.json`, `tekken.json`,
  ///     `tokenizer.model` or a vocabulary, which are looked for in this order.
  ///   - pattern: only for a rank file or a vocabulary, or the file's own.
  ///   - specialTokens: only for a rank file or a vocabulary.
  ///   - cache: where what is slow to read is kept for the next time; the usual places, unless
  ///     `AKSHARA_TOKENIZER_CACHE=off`, if it is `nil`.
  /// - Throws: `missingFile`, `unreadable`, `malformed`; `unsupported` for parts that Akshara does
  ///   not know, by their name; `invalidOption` if `pattern` is missing or contradicts the file.
  public convenience init(
    contentsOf path: String, pattern: SplitPattern? = nil, specialTokens: [AddedToken] = [],
    cache: TokenizerCache? = nil
  ) throws {
    let path = try TokenizerPlace.file(path)
    let location = SourceLocation(file: path)
    let bytes = try TokenizerFile.bytes(of: path)
    let place = try (cache ?? .chosen()).place(for: path, content: bytes)
    let compiled = place?.read()
    let file = TokenizerFile(bytes, compiled: compiled, at: location)
    let definition = try file.definition(pattern: pattern, specialTokens: specialTokens)
    switch file.kind {
    case .tokenizerJSON:
      try self.init(definition, content: bytes, digest: place?.source, at: location)
    case .tekken, .vocabulary, .sentencePiece, .ranks:
      try self.init(definition, source: bytes, at: location)
    }
    if compiled == nil, let place, let new = file.compiled(definition) { place.write(new) }
  }
}
