/// A vocabulary that new tokens are added to; their IDs follow the largest old one.
struct GrowingVocabulary {
  /// The old tokens and the new ones.
  private(set) var vocabulary: Vocabulary
  private let oldCount: Int
  private var lengths: [Int32]
  private var nextID: TokenID

  /// The vocabulary of `definition`; new IDs come after its special tokens, too.
  init(_ definition: BPEDefinition) {
    vocabulary = definition.vocabulary
    oldCount = definition.vocabulary.count
    nextID = TokenID(definition.endID)
    lengths = (0..<definition.endID).map {
      Int32(definition.vocabulary.bytes(of: TokenID($0))?.count ?? 0)
    }
  }

  /// The number of new tokens.
  var newCount: Int { vocabulary.count - oldCount }

  /// The number of bytes of a token.
  func length(of token: TokenID) -> Int { Int(lengths[Int(token)]) }

  /// The script of the token that a pair makes; `nil` if it may not become one.
  func script(of pair: TokenPair) -> IndicScript? {
    let bytes = bytes(joining: pair)
    return IndicScript.allowsToken(bytes) ? IndicScript(firstIn: bytes) : nil
  }

  /// The token that a pair makes: one that is there, or a new one.
  ///
  /// - Throws: `Vocabulary.Refusal` if the IDs run out.
  mutating func token(joining pair: TokenPair) throws -> TokenID {
    let bytes = bytes(joining: pair)
    if let id = vocabulary.id(of: bytes) { return id }
    defer { nextID += 1 }
    try vocabulary.add(bytes, id: nextID)
    lengths.append(Int32(bytes.count))
    return nextID
  }

  private func bytes(joining pair: TokenPair) -> [UInt8] {
    Array([pair.left, pair.right].map { vocabulary.bytes(of: $0) ?? [] }.joined())
  }
}
