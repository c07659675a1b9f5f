import Artifacts

/// GPT-2's two files: the vocabulary as a JSON object of spellings and IDs, and the merges as
/// lines of text, beside each other.
///
/// ```
/// vocab.json    {"!": 0, "\"": 1, …, "Ġt": 256, …}
/// merges.txt    #version: 0.2
///               Ġ t
///               …
/// ```
///
/// The pair says nothing of special tokens, nor how text is split. What stands there as
/// `<|endoftext|>` is a special token; GPT-2's own vocabulary, which has it as 50,256, is split by
/// GPT-2's pattern, any other needs to be told.
///
/// Source: `encoder.py` of openai/gpt-2; `tokenizers` 0.23, `models/bpe/model.rs` (`BpeBuilder::files`).
struct VocabularyPair {
  /// The names of vocabularies and of the merges that belong to them: `tokenizers`' and OpenAI's.
  static let names = ["vocab.json": "merges.txt", "encoder.json": "vocab.bpe"]

  private static let endOfText = "<|endoftext|>"
  private static let endOfTextInGPT2: Int64 = 50_256
  private static let compressed = ["", ".gz", ".zst"]

  private let vocabulary: JSONObject
  private let location: SourceLocation

  /// Whether a JSON document looks like a vocabulary: an object whose first value is a number.
  static func isLikely(_ document: JSONValue) -> Bool {
    document.object?.pairs.first?.value.integer != nil
  }

  /// The pair of a vocabulary that was read from `location` and of the merges beside it.
  init(_ document: JSONValue, at location: SourceLocation) {
    vocabulary = document.object ?? JSONObject()
    self.location = location
  }

  /// The tokenizer that both files define.
  ///
  /// - Parameters:
  ///   - pattern: how text is split; `nil` only for GPT-2's own vocabulary.
  ///   - specialTokens: empty for `<|endoftext|>`, if it stands in the vocabulary.
  /// - Throws: `missingFile`, `unreadable`, `malformed`; `invalidOption` without a pattern.
  func definition(pattern: SplitPattern?, specialTokens: [AddedToken]) throws -> BPEDefinition {
    let pretokenization = Pretokenization(
      [.cut(Pretokenizer(try pattern ?? ownPattern()))], isByteLevel: true)
    let addedTokens = specialTokens.isEmpty ? ownSpecialTokens : specialTokens
    let section = try TokenizerJSONSection(
      ["vocab": .object(vocabulary), "merges": .array(try merges())], name: "",
      location: location)
    var reader = BPEModelReader(section: section, addedTokens: addedTokens, isByteLevel: true)
    let parts = try reader.read()
    return BPEDefinition(
      pretokenization: pretokenization, vocabulary: parts.vocabulary, merges: parts.merges,
      prefersWholePretokens: false, characters: parts.characters, addedTokens: addedTokens)
  }

  private var ownSpecialTokens: [AddedToken] {
    guard let id = vocabulary[Self.endOfText]?.integer, let id = TokenID(exactly: id) else {
      return []
    }
    return [AddedToken(id: id, text: Self.endOfText)]
  }

  private func ownPattern() throws -> SplitPattern {
    if vocabulary[Self.endOfText]?.integer == Self.endOfTextInGPT2 { return .gpt2 }
    throw SplitPattern.missing(in: "a vocabulary with merges", at: location)
  }

  // MARK: Merges

  /// The lines of the merges' file; its first one may name a version.
  private func merges() throws -> [JSONValue] {
    let path = try mergesPath()
    let bytes = try TokenizerFile.bytes(of: path)
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    let isVersioned = lines.first?.starts(with: "#version".utf8) ?? false
    return lines.dropFirst(isVersioned ? 1 : 0).compactMap { line in
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      return line.isEmpty ? nil : .string(String(decoding: line, as: UTF8.self))
    }
  }

  /// Where the merges lie: beside the vocabulary, plain or compressed.
  private func mergesPath() throws -> String {
    var name = Path.name(of: location.file)
    for ending in Self.compressed.dropFirst() where name.hasSuffix(ending) {
      name.removeLast(ending.count)
    }
    let wanted = Self.names[name].map { [$0] } ?? Self.names.values.sorted()
    let folder = Path.folder(of: location.file)
    let candidates = wanted.flatMap { name in
      Self.compressed.map { Path.join(folder, name + $0) }
    }
    guard let path = candidates.first(where: Path.exists) else {
      throw AksharaError(
        .missingFile, "the vocabulary has no merges beside it", at: location,
        remedy: "put \(wanted.joined(separator: " or ")) there")
    }
    return path
  }
}
