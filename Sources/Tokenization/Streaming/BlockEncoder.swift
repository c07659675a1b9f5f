/// Encodes documents and writes their tokens as lines.
struct BlockEncoder: Sendable {
  private let tokenizer: BPETokenizer
  private let specials: SpecialTokenPolicy
  private let format: TokenStream.Format
  private let numbers: NumberTexts
  private let framesTexts: Bool

  init(
    _ tokenizer: BPETokenizer, specials: SpecialTokenPolicy, format: TokenStream.Format,
    framesTexts: Bool
  ) {
    self.framesTexts = framesTexts
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
      encode(document, into: work.ids)
      work.ids.withIDs { numbers.append($0, to: &work.output) }
    case .json:
      work.tokens.removeAll()
      encode(document, into: work.tokens)
      TokenLine.append(json: work.tokens, to: &work.output)
    }
  }

  private func encode(_ document: UnsafeBufferPointer<UInt8>, into buffer: TokenBuffer) {
    if framesTexts {
      tokenizer.encodeFramed(document, specials: specials, into: buffer)
    } else {
      tokenizer.encode(document, specials: specials, into: buffer)
    }
  }
}
