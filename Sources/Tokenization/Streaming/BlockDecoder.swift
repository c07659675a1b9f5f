/// Decodes lines of tokens into their documents.
struct BlockDecoder: Sendable {
  private let texts: TokenTexts
  private let separator: [UInt8]

  init(_ tokenizer: BPETokenizer, separator: [UInt8]) {
    texts = TokenTexts(tokenizer)
    self.separator = separator
  }

  /// Decodes each line of a block, up to the first that is wrong.
  func decode(lines work: BlockWork) {
    var line = 0
    work.forEachLine { bytes in
      switch bytes.first {
      case UInt8(ascii: "{"), UInt8(ascii: "["): work.fault = decode(json: bytes, work)
      default: work.fault = decode(numbers: bytes, work)
      }
      work.fault?.line = line
      line += 1
      if work.fault == nil { work.output.append(separator) }
      return work.fault == nil
    }
  }

  /// Decodes numbers between spaces.
  private func decode(
    numbers line: UnsafeBufferPointer<UInt8>, _ work: BlockWork
  ) -> TokenLine.Fault? {
    var position = 0
    var number = 0
    var text = DecodingPosition()
    while true {
      while position < line.count, TokenLine.isBlank(line[position]) { position += 1 }
      guard position < line.count else { return nil }
      number += 1
      var id = 0
      let start = position
      while position < line.count, case let digit = line[position] &- UInt8(ascii: "0"), digit < 10,
        id < texts.count
      {
        id = id * 10 + Int(digit)
        position += 1
      }
      guard position > start, id < texts.count,
        position == line.count || TokenLine.isBlank(line[position])
      else { return .notAnID(number: number, count: texts.count) }
      texts.append(id, to: &work.output, at: &text)
    }
  }

  private func decode(
    json line: UnsafeBufferPointer<UInt8>, _ work: BlockWork
  ) -> TokenLine.Fault? {
    switch TokenLine.ids(json: Array(line), vocabularyCount: texts.count) {
    case .success(let ids):
      var text = DecodingPosition()
      for id in ids { texts.append(Int(id), to: &work.output, at: &text) }
      return nil
    case .failure(let fault): return fault
    }
  }
}
