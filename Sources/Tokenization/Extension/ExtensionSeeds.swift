import Artifacts

/// The tokens that no corpus decides about: every Kannada and Telugu character as one token, alone
/// and, where the old merges would tear it off with the space before it, with that space.
///
/// With them no token border falls inside a character, however rare. Llama 3 spells each character
/// as two tokens (`E0 B2`, `95`), and ` ಕ` as ` \xE0\xB2`, `95`.
struct ExtensionSeeds {
  /// The definition with these tokens and merges.
  private(set) var definition: BPEDefinition

  /// Adds the seeds to `definition`, those of the first characters of each script if there is room
  /// for `limit` only.
  ///
  /// - Throws: `unsupported` if a character takes more than two of the old tokens: putting it
  ///   together would need a token that is only a part of a character.
  init(_ definition: BPEDefinition, limit: Int, at location: SourceLocation?) throws {
    self.definition = definition
    var tokens = GrowingVocabulary(definition)
    var rank = (definition.merges.map(\.rank).max() ?? -1) + 1
    for prefix in ["", " "] {
      let tokenizer = try BPETokenizer(self.definition, at: location)
      for character in IndicScript.allCases.flatMap(\.characters) where tokens.newCount < limit {
        let text = prefix + String(Character(character))
        let encoding = tokenizer.encode(text)
        guard Self.tearsCharacter(encoding, prefix: prefix) else { continue }
        guard encoding.ids.count == 2 else {
          // After a space it stays torn; alone it must not be.
          if !prefix.isEmpty { continue }
          throw Self.unreachable(character, at: location)
        }
        let pair = TokenPair(left: encoding.ids[0], right: encoding.ids[1])
        let result = try tokens.token(joining: pair)
        self.definition.merges.append(
          Merge(left: pair.left, right: pair.right, result: result, rank: rank))
        rank += 1
      }
      self.definition.vocabulary = tokens.vocabulary
    }
  }

  private static func tearsCharacter(_ encoding: Encoding, prefix: String) -> Bool {
    encoding.ends.dropLast().contains { Int($0) > prefix.utf8.count }
      || encoding.ids.count > 1 && encoding.ends[0] != Int32(prefix.utf8.count)
  }

  private static func unreachable(
    _ character: Unicode.Scalar, at location: SourceLocation?
  ) -> AksharaError {
    let code = String(character.value, radix: 16, uppercase: true)
    return AksharaError(
      .unsupported,
      "the base takes more than two tokens for `\(character)` (U+0\(code)), so it cannot be put "
        + "together without a token that is only a part of a character", at: location,
      remedy: "extend a vocabulary that has tokens for the first two bytes, E0 B0 to E0 B3, such "
        + "as Llama 3's or Qwen's, or train one with `akshara tokenizer train`")
  }
}
