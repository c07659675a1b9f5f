import Artifacts

extension SentencePieceFile {
  /// The tokenizer that the model defines.
  ///
  /// SentencePiece joins two neighbours whenever what they make is a piece, the highest score first,
  /// of equals the leftmost. So a piece has a merge for each of its cuts into two symbols, all with
  /// one rank; a symbol is a piece or a character, which need not be a piece itself.
  ///
  /// - Throws: `malformed`.
  func definition(at location: SourceLocation) throws -> BPEDefinition {
    let vocabulary = try vocabulary(at: location)
    var rules = CharacterRules(fusesUnknown: true)
    rules.unknownToken = pieces.firstIndex { $0.kind == .unknown }.map { TokenID($0) }
    if fallsBackToBytes { rules.byteTokens = try byteTokens(at: location) }
    let merges = SentencePieceMerges(pieces, vocabulary)
    rules.unlistedCharacters = merges.unlisted
    var normalizer = normalizer
    normalizer.userDefined = AddedTokenMatcher(addedTokens.filter { !$0.isSpecial })
    return BPEDefinition(
      normalizer: .sentencePiece(normalizer),
      pretokenization: Pretokenization([], isByteLevel: false), vocabulary: vocabulary,
      merges: merges.merges, prefersWholePretokens: false, characters: rules,
      addedTokens: addedTokens,
      decoder: .sentencePiece(
        strippedMarks: normalizer.removesExtraSpaces
          ? TokenDecoder.mostStripped : normalizer.addsDummyPrefix ? 1 : 0),
      postProcessor: postProcessor)
  }

  /// The pieces that text becomes; control pieces and the unknown one are not among them.
  private func vocabulary(at location: SourceLocation) throws -> Vocabulary {
    var vocabulary = Vocabulary(capacity: pieces.count)
    var reserved: Set<[UInt8]> = []
    for (id, piece) in pieces.enumerated() {
      let isReserved = piece.kind == .control || piece.kind == .unknown
      let text = Array(piece.text.utf8)
      do {
        guard !isReserved || reserved.insert(text).inserted else {
          throw Vocabulary.Refusal.repeatedBytes
        }
        if !isReserved { try vocabulary.add(text, id: TokenID(id)) }
      } catch {
        throw AksharaError(
          .malformed, "the SentencePiece model has the piece `\(piece.text)` twice", at: location,
          remedy: "get the file again")
      }
    }
    return vocabulary
  }

  private func byteTokens(at location: SourceLocation) throws -> [TokenID] {
    var tokens = [TokenID](repeating: -1, count: 256)
    for (id, piece) in pieces.enumerated() where piece.kind == .byte {
      guard let byte = CharacterRules.byte(spelledBy: piece.text.utf8) else { continue }
      tokens[Int(byte)] = TokenID(id)
    }
    guard let missing = tokens.firstIndex(of: -1) else { return tokens }
    let spelling = CharacterRules.spelling(ofByte: UInt8(missing))
    throw AksharaError(
      .malformed, "the SentencePiece model falls back to bytes but has no piece `\(spelling)`",
      at: location, remedy: "get the file again")
  }

  /// Control pieces and the unknown one as special tokens, user-defined ones as others.
  private var addedTokens: [AddedToken] {
    pieces.enumerated().compactMap { id, piece in
      switch piece.kind {
      case .control, .unknown: AddedToken(id: TokenID(id), text: piece.text)
      case .userDefined:
        AddedToken(id: TokenID(id), text: piece.text, isSpecial: false, isNormalized: true)
      case .normal, .unused, .byte: nil
      }
    }
  }

  /// The piece that begins a text, as models with SentencePiece were trained; where there is none,
  /// nothing.
  private var postProcessor: PostProcessor? {
    guard let id = pieces.firstIndex(where: { $0.kind == .control && $0.text == beginPiece })
    else { return nil }
    return PostProcessor(before: [(beginPiece, TokenID(id))], after: [])
  }
}

/// The merges that the pieces of a SentencePiece model allow.
struct SentencePieceMerges {
  private(set) var merges: [Merge] = []
  /// Characters that are part of a merge and no piece.
  private(set) var unlisted: [String] = []
  private let vocabulary: Vocabulary
  private var mergeable: [Bool]
  private var unlistedNumbers: [[UInt8]: TokenID] = [:]

  init(_ pieces: [SentencePieceFile.Piece], _ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    // User-defined pieces are cut out before; nothing joins them, and nothing becomes them.
    mergeable = pieces.map { $0.kind == .normal }
    let order = pieces.indices.filter { mergeable[$0] }.sorted {
      (-pieces[$0].score, $0) < (-pieces[$1].score, $1)
    }
    var rank: Int32 = -1
    var score = Float.nan
    for id in order {
      if pieces[id].score != score { rank += 1 }
      score = pieces[id].score
      addCuts(of: Array(pieces[id].text.utf8), id: TokenID(id), rank: rank)
    }
  }

  private mutating func addCuts(of text: [UInt8], id: TokenID, rank: Int32) {
    text.withUnsafeBufferPointer { bytes in
      var cut = UTF8Character(bytes, at: 0).length
      while cut < bytes.count {
        if let left = symbol(UnsafeBufferPointer(rebasing: bytes[..<cut])),
          let right = symbol(UnsafeBufferPointer(rebasing: bytes[cut...]))
        {
          merges.append(Merge(left: left, right: right, result: id, rank: rank))
        }
        cut += UTF8Character(bytes, at: cut).length
      }
    }
  }

  /// The piece or the number of a character.
  private mutating func symbol(_ text: UnsafeBufferPointer<UInt8>) -> TokenID? {
    if let token = vocabulary.id(of: text) { return mergeable[Int(token)] ? token : nil }
    guard UTF8Character(text, at: 0).length == text.count else { return nil }
    if let number = unlistedNumbers[Array(text)] { return number }
    let number = CharacterRules.firstUnlisted + TokenID(unlisted.count)
    unlistedNumbers[Array(text)] = number
    unlisted.append(String(decoding: text, as: UTF8.self))
    return number
  }
}
