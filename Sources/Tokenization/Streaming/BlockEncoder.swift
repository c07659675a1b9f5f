/// Encodes documents and writes their tokens as lines.
struct BlockEncoder: Sendable {
  private let tokenizer: BPETokenizer
  private let specials: SpecialTokenPolicy
  private let format: TokenStream.Format
  private let numbers: NumberTexts

  init(_ tokenizer: BPETokenizer, specials: SpecialTokenPolicy, format: TokenStream.Format) {
    self.tokenizer = tokenizer
    self.specials = specials
    self.format = format
    numbers = NumberTexts(count: format == .ids ? tokenizer.vocabularyCount : 0)
  }

  /// Encodes each line of a block.
  func encode(lines work: BlockWork) {
    work.forEachLine {
      encode($0, work)
      return true
    }
  }

  /// Encodes one document.
  func encode(document: [UInt8], _ work: BlockWork) {
    document.withUnsafeBufferPointer { encode($0, work) }
  }

  private func encode(_ document: UnsafeBufferPointer<UInt8>, _ work: BlockWork) {
    switch format {
    case .ids:
      work.ids.removeAll()
      tokenizer.encode(document, specials: specials, into: work.ids)
      work.ids.withIDs { numbers.append($0, to: &work.output) }
    case .json:
      work.tokens.removeAll()
      tokenizer.encode(document, specials: specials, into: work.tokens)
      TokenLine.append(json: work.tokens, to: &work.output)
    }
  }
}
