import Artifacts

/// All that defines a byte-level BPE tokenizer, whatever file it comes from.
struct BPEDefinition: Sendable {
  /// How text is cut into pretokens.
  var pretokenizer: Pretokenizer
  /// The tokens that text becomes; special tokens are not among them.
  var vocabulary: Vocabulary
  /// The merges in the order in which files list them: rising ranks.
  var merges: [Merge]
  /// Whether a pretoken that is a token as a whole becomes that token, whatever the merges say.
  var prefersWholePretokens: Bool
  /// The added tokens, special ones and others.
  var addedTokens: [AddedToken]

  /// One more than the largest ID.
  var endID: Int { max(vocabulary.endID, (addedTokens.map { Int($0.id) }.max() ?? -1) + 1) }

  /// Checks what must hold whatever the file, and makes the model.
  ///
  /// - Throws: `unsupported` if a byte has no token; `malformed` if two added tokens, or an added
  ///   token and an ordinary one, have the same ID or the same text.
  func makeModel(at location: SourceLocation?) throws -> BPEModel {
    try checkAddedTokens(at: location)
    guard
      let model = BPEModel(
        vocabulary: vocabulary, merges: merges, prefersWholePretokens: prefersWholePretokens)
    else {
      let missing = (0...255).first { vocabulary.id(of: [UInt8($0)]) == nil } ?? 0
      throw AksharaError(
        .unsupported, "the vocabulary has no token for the byte 0x\(String(missing, radix: 16))",
        at: location, remedy: "use a vocabulary with all 256 bytes")
    }
    return model
  }

  private func checkAddedTokens(at location: SourceLocation?) throws {
    var ids: Set<TokenID> = []
    var texts: Set<[UInt8]> = []
    for token in addedTokens {
      func refuse(_ problem: String) -> AksharaError {
        AksharaError(.malformed, "the added token `\(token.text)` \(problem)", at: location)
      }
      guard !token.text.isEmpty else { throw refuse("has no text") }
      guard token.id >= 0, token.id <= Vocabulary.largestID else {
        throw refuse("has the ID \(token.id); IDs go from 0 to \(Vocabulary.largestID)")
      }
      guard ids.insert(token.id).inserted else { throw refuse("has the ID of another one") }
      guard texts.insert(Array(token.text.utf8)).inserted else { throw refuse("stands twice") }
      let ordinary = vocabulary.bytes(of: token.id)
      guard
        ordinary == nil || !token.isSpecial && ordinary.map(Array.init) == Array(token.text.utf8)
      else { throw refuse("has the ID \(token.id), which an ordinary token has too") }
      let namesake = ByteAlphabet.bytes(spelledBy: token.text).flatMap { vocabulary.id(of: $0) }
      guard namesake == nil || namesake == token.id else {
        throw refuse("is spelled like the ordinary token \(namesake ?? 0)")
      }
    }
  }
}
