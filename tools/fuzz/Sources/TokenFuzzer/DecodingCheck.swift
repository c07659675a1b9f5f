@testable import Tokenization

/// Decodes any numbers: whole, token by token, as a stream, and as the lines that `akshara tokenizer decode` reads.
struct DecodingCheck: Sendable {
  private let tokenizer: BPETokenizer
  private let lines: BlockDecoder

  init(_ loaded: LoadedTokenizer) {
    tokenizer = loaded.best
    lines = BlockDecoder(tokenizer, separator: [0x0A])
  }

  /// Tests one input: three bytes an ID, or lines of numbers.
  func test(_ input: UnsafeBufferPointer<UInt8>) {
    guard let kind = input.first else { return }
    let rest = input[1...]
    if kind & 1 != 0 { return checkLines(Array(rest)) }
    let ids = stride(from: 1, to: input.count - 2, by: 3).map { index -> TokenID in
      let number = Int(input[index]) | Int(input[index + 1]) << 8 | Int(input[index + 2]) << 16
      // Most are tokens, some are not.
      return number < 1 << 22
        ? TokenID(number % tokenizer.vocabularyCount) : TokenID(number) &* 4099 &- (1 << 30)
    }
    checkStream(ids, split: ids.count * Int(kind) / 256)
  }

  private func checkStream(_ ids: [TokenID], split: Int) {
    let text = Array(String(decoding: tokenizer.decode(ids), as: UTF8.self).utf8)
    var decoder = StreamDecoder(tokenizer)
    var streamed: [UInt8] = []
    for id in ids {
      let part = decoder.decode(id)
      // Half a character never comes out: what does is whole, and a mark of damage only where bytes are damaged.
      streamed += part.utf8
      claim(text.starts(with: streamed), "the stream runs off the text")
    }
    streamed += decoder.finish().utf8
    claim(streamed == text, "the stream decodes otherwise")
    var later = StreamDecoder(tokenizer, following: Array(ids[..<split]))
    for id in ids[split...] { _ = later.decode(id) }
    _ = later.finish()
    for id in ids {
      claim(
        (0..<tokenizer.vocabularyCount).contains(Int(id)) || tokenizer.bytes(of: id) == nil,
        "\(id) has bytes")
    }
    checkLines(Array(ids.map(String.init).joined(separator: " ").utf8))
  }

  private func checkLines(_ bytes: [UInt8]) {
    let work = BlockWork()
    work.restart(DocumentReader.Block(bytes: bytes, firstLine: 1))
    lines.decode(lines: work)
    // Lines of valid numbers up to the first fault, decoded once more by the plain way.
    var expected: [UInt8] = []
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let isPlain = line.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x20 }
      let ids = line.split(separator: 0x20).map { Int(String(decoding: $0, as: UTF8.self)) ?? .max }
      guard isPlain, ids.allSatisfy({ $0 < tokenizer.vocabularyCount }) else { return }
      expected += tokenizer.decode(ids.map { TokenID($0) }) + [0x0A]
    }
    guard bytes.last != 0x0A, !bytes.isEmpty else { return }
    work.output.withBytes { claim(Array($0) == expected, "lines decode otherwise") }
  }
}
