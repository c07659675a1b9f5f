/// The symbols of a piece before any merge: its characters, or what stands for unknown ones.
struct FirstSymbols {
  private let model: CharacterModel
  private let piece: UnsafeBufferPointer<UInt8>
  /// The symbols so far.
  private(set) var symbols: [SymbolMerger.Symbol] = []
  /// The end of unknown characters that are not among `symbols` yet.
  private var pendingUnknown: Int32?

  init(_ model: CharacterModel, _ piece: UnsafeBufferPointer<UInt8>) {
    self.model = model
    self.piece = piece
    symbols.reserveCapacity(piece.count)
  }

  /// Reads the whole piece.
  mutating func readAll() {
    var position = 0
    while position < piece.count {
      let end = position + UTF8Character(piece, at: position).length
      read(position..<end)
      position = end
    }
    flushUnknown()
  }

  /// Reads one character. As in `tokenizers`, an unknown token that waits for others to fuse with
  /// comes behind the bytes of the next unknown character, if those have tokens.
  private mutating func read(_ range: Range<Int>) {
    let character = UnsafeBufferPointer(rebasing: piece[range])
    let end = Int32(range.upperBound)
    let spelled = spelled(character, range)
    if let token = spelled.withUnsafeBufferPointer({ model.symbol($0) }) {
      flushUnknown()
      symbols.append(SymbolMerger.Symbol(token: token, end: end))
    } else if let tokens = spelled.withUnsafeBufferPointer({ model.bytes($0) }) {
      // A prefix or a suffix has bytes here, but none in the text.
      let first = range.lowerBound + 1
      for (index, token) in tokens.enumerated() {
        let byteEnd = Int32(min(first + index, range.upperBound))
        symbols.append(SymbolMerger.Symbol(token: token, end: byteEnd))
      }
    } else if model.rules.unknownToken != nil {
      if pendingUnknown != nil, !model.rules.fusesUnknown { flushUnknown() }
      pendingUnknown = end
    }
  }

  /// The character as the vocabulary would spell it at its place.
  private func spelled(
    _ character: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) -> ContiguousArray<UInt8> {
    var text = ContiguousArray<UInt8>()
    if range.lowerBound > 0 { text += model.rules.continuingPrefix.utf8 }
    text += character
    if range.upperBound == piece.count { text += model.rules.wordSuffix.utf8 }
    return text
  }

  private mutating func flushUnknown() {
    if let end = pendingUnknown, let token = model.rules.unknownToken {
      symbols.append(SymbolMerger.Symbol(token: token, end: end))
    }
    pendingUnknown = nil
  }

  /// `joined` with bytes or unknown tokens in the place of characters without a token that no merge
  /// has taken up.
  func resolved(_ joined: [SymbolMerger.Symbol]) -> [SymbolMerger.Symbol] {
    guard joined.contains(where: { model.isUnlisted($0.token) }) else { return joined }
    var result: [SymbolMerger.Symbol] = []
    func append(_ token: TokenID, _ end: Int32) {
      let fuses = model.rules.fusesUnknown && token == model.rules.unknownToken
      if fuses, result.last?.token == token { result.removeLast() }
      result.append(SymbolMerger.Symbol(token: token, end: end))
    }
    var start = 0
    for symbol in joined {
      let text = UnsafeBufferPointer(rebasing: piece[start..<Int(symbol.end)])
      if !model.isUnlisted(symbol.token) {
        append(symbol.token, symbol.end)
      } else if let tokens = model.bytes(text) {
        for (index, token) in tokens.enumerated() { append(token, Int32(start + index + 1)) }
      } else if let unknown = model.rules.unknownToken {
        append(unknown, symbol.end)
      }
      start = Int(symbol.end)
    }
    return result
  }
}
