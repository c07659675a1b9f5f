/// Encodes pretokens whose vocabulary spells text.
///
/// Text is cut further before space marks where that changes nothing (`SpaceMark.canCut`), so that
/// pieces are words, which are remembered.
///
/// Source: `tokenizers` 0.23, `BPE::merge_word`, and SentencePiece 0.2, `bpe_model.cc`; where both
/// apply they agree. Belongs to one thread at a time; `EncoderPool` hands them out.
final class CharacterEncoder {
  private let model: CharacterModel
  private let merger: SymbolMerger
  private let table: PieceTable
  /// Where the pieces of a window end.
  private var ends: [UInt32] = []

  /// The pieces that are cut before they are encoded: their ends stay in the nearest cache.
  private static let windowSize = 1024

  init(_ model: CharacterModel, table: PieceTable) {
    self.model = model
    self.table = table
    merger = SymbolMerger(model.merges)
  }

  /// Appends the tokens of a pretoken to `buffer`.
  func encode(_ text: AlignedText, into buffer: TokenBuffer) {
    let first = buffer.count
    text.withBytes { bytes in
      if model.tokensHaveLengths {
        encodeByTable(bytes, into: buffer)
        model.lengths.withUnsafeBufferPointer { lengths in
          guard let lengths = lengths.baseAddress else { return }
          buffer.fillEnds(from: first, start: 0, lengths: lengths)
        }
      } else {
        var start = 0
        while start < bytes.count {
          let end = endOfPiece(bytes, from: start)
          for symbol in merge(UnsafeBufferPointer(rebasing: bytes[start..<end])) {
            buffer.append(symbol.token, end: start + Int(symbol.end))
          }
          start = end
        }
      }
    }
    buffer.moveEnds(from: first, to: text.ends)
  }

  /// Encodes text whose tokens need no ends yet, a window of pieces at a time.
  private func encodeByTable(_ bytes: UnsafeBufferPointer<UInt8>, into buffer: TokenBuffer) {
    var start = 0
    while start < bytes.count {
      ends.removeAll(keepingCapacity: true)
      var end = start
      while end < bytes.count, ends.count < Self.windowSize {
        end = endOfPiece(bytes, from: end)
        ends.append(UInt32(end))
      }
      ends.withUnsafeBufferPointer { encode(bytes, from: UInt32(start), ends: $0, into: buffer) }
      start = end
    }
  }

  private func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: UInt32, ends: UnsafeBufferPointer<UInt32>,
    into buffer: TokenBuffer
  ) {
    var start = start
    var rest = ends
    while true {
      let done = table.encode(bytes, from: start, ends: rest, into: buffer)
      if done > 0 { start = rest[done - 1] }
      guard done < rest.count else { return }
      let piece = UnsafeBufferPointer(rebasing: bytes[Int(start)..<Int(rest[done])])
      let first = buffer.count
      for symbol in merge(piece) { buffer.append(symbol.token, end: 0) }
      let count = buffer.count - first
      table.insert(piece, buffer.next - count, count: count)
      start = rest[done]
      rest = UnsafeBufferPointer(rebasing: rest[(done + 1)...])
    }
  }

  /// Where the piece that begins at `start` ends: before the first space mark behind other text.
  private func endOfPiece(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    guard model.canCutBeforeMarks else { return bytes.count }
    var end = start
    while SpaceMark.stands(at: end, in: bytes) { end += SpaceMark.bytes.count }
    while end < bytes.count, !SpaceMark.stands(at: end, in: bytes) { end += 1 }
    return end
  }

  /// The tokens of a piece, with where they end in it.
  private func merge(_ piece: UnsafeBufferPointer<UInt8>) -> [SymbolMerger.Symbol] {
    if model.prefersWholePretokens, let token = model.vocabulary.id(of: piece) {
      return [SymbolMerger.Symbol(token: token, end: Int32(piece.count))]
    }
    var symbols = FirstSymbols(model, piece)
    symbols.readAll()
    merger.symbols = symbols.symbols
    merger.joinAll()
    return symbols.resolved(merger.symbols)
  }
}
