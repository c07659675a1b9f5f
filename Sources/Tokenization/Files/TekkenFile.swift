import Artifacts
internal import Foundation

/// Mistral's tekken JSON: byte-level ranks, with the special tokens before them.
///
/// ```
/// ID      0 … s−1               s … v−1
/// token   special_tokens[ID]    vocab[ID − s]       s: default_num_special_tokens
///         or <SPECIAL_ID>                           v: default_vocab_size; vocab may have more
/// ```
///
/// Source: mistral-common 1.8, `tokens/tokenizers/tekken.py`.
struct TekkenFile {
  private let root: TokenizerJSONSection
  private let config: TokenizerJSONSection
  private let specialCount: Int
  private let vocabularyCount: Int

  /// Whether a JSON document looks like one.
  static func isLikely(_ document: JSONValue) -> Bool {
    document["config"]?["default_num_special_tokens"] != nil && document["vocab"]?.array != nil
  }

  /// - Throws: `malformed`, `unsupported`.
  init(_ document: JSONValue, at location: SourceLocation) throws {
    root = try TokenizerJSONSection(document, name: "", location: location)
    // Images, sound and the model's settings have no part in encoding text.
    try root.allow([
      "config", "vocab", "special_tokens", "version", "type", "image", "multimodal", "audio",
      "model_settings_builder",
    ])
    config = try root.section("config")
    try config.allow([
      "pattern", "num_vocab_tokens", "default_vocab_size", "default_num_special_tokens", "version",
    ])
    specialCount = try config.integer("default_num_special_tokens", in: 0...Vocabulary.largestID)
    vocabularyCount = try config.integer("default_vocab_size", in: 1...Vocabulary.largestID)
  }

  /// The tokenizer that the file defines.
  ///
  /// - Throws: `malformed`, `unsupported`.
  func definition() throws -> BPEDefinition {
    let vocabulary = try vocabulary()
    let rule = PretokenRule.sequence([
      .split(.regex(try config.string("pattern")), .isolated, inverted: false),
      .byteLevel(usesRegex: false, addsPrefixSpace: false),
    ])
    let specials = try specialTokens()
    var definition = BPEDefinition(
      pretokenizer: try Pretokenizer(rule, at: root.location), vocabulary: vocabulary,
      merges: RankMerges.merges(of: vocabulary), prefersWholePretokens: true,
      addedTokens: specials)
    definition.postProcessor = specials.first { $0.text == "<s>" }.map {
      PostProcessor(before: [($0.text, $0.id)], after: [])
    }
    return definition
  }

  /// The first tokens of `vocab`, behind the special ones.
  private func vocabulary() throws -> Vocabulary {
    let values = root["vocab"]?.array ?? []
    let count = vocabularyCount - specialCount
    guard count > 0, values.count >= count else {
      throw config.malformed(
        "default_vocab_size",
        "is \(vocabularyCount), but there are \(specialCount) special tokens and \(values.count) others"
      )
    }
    var vocabulary = Vocabulary(capacity: count)
    for (rank, value) in values.prefix(count).enumerated() {
      guard value["rank"]?.integer == Int64(rank) else {
        throw root.malformed("vocab[\(rank)].rank", "is not \(rank)")
      }
      guard let text = value["token_bytes"]?.string, let bytes = Data(base64Encoded: text),
        !bytes.isEmpty
      else { throw root.malformed("vocab[\(rank)].token_bytes", "is not a token in base64") }
      do { try vocabulary.add([UInt8](bytes), id: TokenID(rank + specialCount)) } catch {
        throw root.malformed("vocab[\(rank)].token_bytes", "stands twice")
      }
    }
    return vocabulary
  }

  /// The listed special tokens, and `<SPECIAL_n>` for those that are not.
  private func specialTokens() throws -> [AddedToken] {
    var texts = Self.unlisted
    if let value = root["special_tokens"], value != .null {
      texts = try root.sections("special_tokens").enumerated().map { rank, section in
        guard try section.integer("rank", in: 0...Vocabulary.largestID) == rank else {
          throw section.malformed("rank", "is not \(rank)")
        }
        return try section.string("token_str")
      }
    }
    guard texts.count <= specialCount else {
      throw root.malformed(
        "special_tokens", "has \(texts.count) tokens where there is room for \(specialCount)")
    }
    texts += (texts.count..<specialCount).map { "<SPECIAL_\($0)>" }
    return texts.enumerated().map { AddedToken(id: TokenID($0), text: $1) }
  }

  /// The special tokens of files that do not list them.
  ///
  /// Source: mistral-common 1.8, `Tekkenizer.DEPRECATED_SPECIAL_TOKENS`.
  private static let unlisted = [
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]",
    "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]",
    "[TOOL_CONTENT]",
  ]
}
