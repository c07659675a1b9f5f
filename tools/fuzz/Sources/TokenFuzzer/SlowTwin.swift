@testable import Tokenization

/// A whole tokenizer in its plainest form: no table of pieces, no kernels, no cuts that only save time.
///
/// Normalizers are the tokenizer's own; added tokens are looked for at each place of the text, one by one.
struct SlowTwin: Sendable {
  private let definition: BPEDefinition
  private let characters: CharacterModel?
  private let merges: PlainMerges

  init(_ tokenizer: BPETokenizer) {
    definition = tokenizer.definition
    characters =
      definition.characters == nil ? nil : try? definition.makeCharacterModel(at: nil)
    merges = PlainMerges(definition.merges)
    let hasFlags = definition.addedTokens.contains {
      $0.takesSpaceBefore || $0.takesSpaceAfter || $0.isSingleWord
    }
    let isKnown = definition.pretokenization.pretokenizer?.pattern != nil || characters != nil
    claim(!hasFlags && isKnown, "the slow twin knows neither flags of added tokens nor other rules")
  }

  /// The tokens of a text.
  func encode(_ text: UnsafeBufferPointer<UInt8>, allowsSpecials: Bool) -> [TokenID] {
    func own(_ token: AddedToken) -> [UInt8] { Array(token.text.utf8) }
    let (late, early) = (
      definition.addedTokens.filter(\.isNormalized),
      definition.addedTokens.filter { !$0.isNormalized }
    )
    func encodeSegment(_ segment: [UInt8]) -> [TokenID] {
      guard let normalizer = definition.normalizer else {
        return cut(segment, late, own, allowsSpecials, pieces)
      }
      let normalized = segment.withUnsafeBufferPointer {
        normalizer.normalize(AlignedText($0, 0..<$0.count)).bytes
      }
      return cut(
        normalized, late, { normalizer.normalize(addedToken: $0.text) }, allowsSpecials, pieces)
    }
    return cut(Array(text), early, own, allowsSpecials, encodeSegment)
  }

  /// Cuts out added tokens, the leftmost first and of those the longest, and encodes the rest.
  private func cut(
    _ text: [UInt8], _ tokens: [AddedToken], _ spelled: (AddedToken) -> [UInt8],
    _ allowsSpecials: Bool, _ encode: ([UInt8]) -> [TokenID]
  ) -> [TokenID] {
    let spellings = tokens.map { (token: $0, text: spelled($0)) }.filter { !$0.text.isEmpty }
    let byFirst = Dictionary(grouping: spellings) { $0.text[0] }
    var ids: [TokenID] = []
    var (start, position) = (0, 0)
    while position < text.count {
      let found = byFirst[text[position]]?.filter { text[position...].starts(with: $0.text) }
        .max { $0.text.count < $1.text.count }
      guard let found else {
        position += 1
        continue
      }
      if allowsSpecials || !found.token.isSpecial {
        if start < position { ids += encode(Array(text[start..<position])) }
        ids.append(found.token.id)
        start = position + found.text.count
      }
      position += found.text.count
    }
    return start < text.count ? ids + encode(Array(text[start...])) : ids
  }

  /// The tokens of text without added tokens.
  private func pieces(of text: [UInt8]) -> [TokenID] {
    guard let characters else { return bytePieces(of: text) }
    let whole = text.withUnsafeBufferPointer { AlignedText($0, 0..<$0.count) }
    return definition.pretokenization.pieces(of: whole, spelled: true).filter { !$0.isEmpty }
      .flatMap { piece in
        piece.withBytes { bytes -> [TokenID] in
          if characters.prefersWholePretokens, let token = characters.vocabulary.id(of: bytes) {
            return [token]
          }
          var symbols = FirstSymbols(characters, bytes)
          symbols.readAll()
          return symbols.resolved(merges.join(symbols.symbols)).map(\.token)
        }
      }
  }

  private func bytePieces(of text: [UInt8]) -> [TokenID] {
    guard let pattern = definition.pretokenization.pretokenizer?.pattern else { return [] }
    return text.withUnsafeBufferPointer { bytes in
      var scanner = ReferenceScanner(bytes, pattern: pattern)
      var ids: [TokenID] = []
      while let range = scanner.next() {
        let piece = bytes[range]
        if definition.prefersWholePretokens, let token = definition.vocabulary.id(of: Array(piece))
        {
          ids.append(token)
          continue
        }
        let symbols = piece.enumerated().map {
          SymbolMerger.Symbol(
            token: definition.vocabulary.id(of: [$1]) ?? -1, end: Int32($0 + 1))
        }
        ids += merges.join(symbols).map(\.token)
      }
      return ids
    }
  }
}

/// Merges that look at all pairs in each round, and join the leftmost of those with the lowest rank.
struct PlainMerges: Sendable {
  private var merges: [UInt64: Merge] = [:]

  init(_ list: [Merge]) {
    for merge in list { merges[Self.pair(merge.left, merge.right)] = merge }
  }

  private static func pair(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  func join(_ symbols: [SymbolMerger.Symbol]) -> [SymbolMerger.Symbol] {
    var symbols = symbols
    func merge(at index: Int) -> Merge? {
      index < 0 || index + 1 >= symbols.count
        ? nil : merges[Self.pair(symbols[index].token, symbols[index + 1].token)]
    }
    var ranks = symbols.indices.map { merge(at: $0)?.rank ?? .max }
    while let lowest = ranks.min(), let index = ranks.firstIndex(of: lowest),
      let found = merge(at: index)
    {
      symbols[index] = SymbolMerger.Symbol(token: found.result, end: symbols[index + 1].end)
      symbols.remove(at: index + 1)
      ranks.remove(at: index + 1)
      ranks[index] = merge(at: index)?.rank ?? .max
      if index > 0 { ranks[index - 1] = merge(at: index - 1)?.rank ?? .max }
    }
    return symbols
  }
}
