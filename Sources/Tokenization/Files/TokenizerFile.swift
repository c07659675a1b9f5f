import Artifacts

/// The content of a tokenizer's file, of a kind that it tells itself.
struct TokenizerFile {
  /// The kinds of files.
  enum Kind {
    case tokenizerJSON, tekken, vocabulary, sentencePiece, ranks
  }

  let kind: Kind
  private let bytes: [UInt8]
  private let document: Result<JSONValue, any Error>?
  private let location: SourceLocation
  /// What a cache has kept of the file.
  private let compiled: CompiledTokenizer?

  /// The uncompressed content of a file, without a byte order mark.
  ///
  /// - Throws: `missingFile`, `unreadable`; `malformed` for a file that is too large.
  static func bytes(of path: String) throws -> [UInt8] {
    let source = try ByteSource(path)
    // A plain file comes as a whole; of a compressed one more follows.
    let size = min(source.storedSize, BPETokenizer.largestFile)
    var bytes = try [UInt8](unsafeUninitializedCapacity: size) { bytes, filled in
      let memory = UnsafeMutableRawBufferPointer(bytes)
      while filled < size {
        let count = try source.read(
          into: UnsafeMutableRawBufferPointer(rebasing: memory[filled...]))
        if count == 0 { break }
        filled += count
      }
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count >= size {
      let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
      if count == 0 { break }
      guard bytes.count + count <= BPETokenizer.largestFile else {
        throw AksharaError(
          .malformed, "the file is larger than \(BPETokenizer.largestFile >> 20) MiB",
          at: SourceLocation(file: path), remedy: "give a tokenizer's file")
      }
      bytes += buffer[..<count]
    }
    return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes
  }

  /// Finds out what `bytes` are, unless a cache knows.
  init(_ bytes: [UInt8], compiled: CompiledTokenizer? = nil, at location: SourceLocation) {
    self.bytes = bytes
    self.location = location
    self.compiled = compiled
    if let compiled {
      kind = compiled.kind == .ranks ? .ranks : .tokenizerJSON
      document = compiled.document.map(Result.success)
      return
    }
    if SentencePieceFile.isLikely(bytes) {
      kind = .sentencePiece
      document = nil
    } else if bytes.first(where: { !Self.space.contains($0) }) == UInt8(ascii: "{") {
      let document = Result { try JSONValue(configuration: bytes, at: location) }
      kind = (try? document.get()).map(Self.kind) ?? .tokenizerJSON
      self.document = document
    } else {
      kind = .ranks
      document = nil
    }
  }

  /// What may stand before a JSON document.
  static let space: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]

  private static func kind(of document: JSONValue) -> Kind {
    TekkenFile.isLikely(document)
      ? .tekken : VocabularyPair.isLikely(document) ? .vocabulary : .tokenizerJSON
  }

  /// The tokenizer that the file defines, with a pattern and special tokens if it names none itself.
  ///
  /// - Throws: `malformed`, `unsupported`, `invalidOption`.
  func definition(pattern: SplitPattern?, specialTokens: [AddedToken]) throws -> BPEDefinition {
    if kind == .ranks { return try rankDefinition(pattern, specialTokens) }
    if kind == .vocabulary, let document = try document?.get() {
      return try VocabularyPair(document, at: location).definition(
        pattern: pattern, specialTokens: specialTokens)
    }
    let definition = try ownDefinition()
    guard pattern == nil || pattern == definition.pretokenization.pretokenizer?.pattern,
      specialTokens.isEmpty
    else {
      throw AksharaError(
        .invalidOption,
        "the file has its own special tokens, and says itself how text is split",
        at: location, remedy: "leave out the pattern and the special tokens")
    }
    return definition
  }

  private func ownDefinition() throws -> BPEDefinition {
    guard let document = try document?.get() else {
      return try SentencePieceFile(bytes, at: location).definition(at: location)
    }
    return kind == .tekken
      ? try TekkenFile(document, at: location).definition()
      : try TokenizerJSONReader(location: location)
        .definition(of: document, compiled: compiled?.model)
  }

  /// What a cache may keep of the file, whose definition is `definition`.
  func compiled(_ definition: BPEDefinition) -> CompiledTokenizer? {
    switch kind {
    case .tokenizerJSON:
      (try? document?.get()).flatMap { CompiledTokenizer.tokenizerJSON($0, definition) }
    case .ranks: .ranks(definition)
    case .tekken, .vocabulary, .sentencePiece: nil
    }
  }

  private func rankDefinition(
    _ pattern: SplitPattern?, _ specialTokens: [AddedToken]
  ) throws -> BPEDefinition {
    // Read first: a file that is none of ranks is refused as that before anything is asked about it.
    let parts = try compiled?.model ?? RankFile(bytes, at: location).parts
    guard let pattern else { throw SplitPattern.missing(in: "a rank file", at: location) }
    return BPEDefinition(
      pretokenizer: Pretokenizer(pattern), vocabulary: parts.vocabulary, merges: parts.merges,
      prefersWholePretokens: true, addedTokens: specialTokens)
  }
}
