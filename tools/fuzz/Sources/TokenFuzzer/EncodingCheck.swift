@testable import Tokenization

/// Encodes text in all ways and compares them: instruction sets, the slow twin, with and without ends, for the first time and from
/// the table, alone and in batches; and what the tokens say of the text.
struct EncodingCheck: Sendable {
  private let loaded: LoadedTokenizer
  private let twin: SlowTwin

  init(_ loaded: LoadedTokenizer) {
    self.loaded = loaded
    twin = SlowTwin(loaded.best)
  }

  /// Tests one input.
  func test(_ input: UnsafeBufferPointer<UInt8>) {
    let fuzzed = FuzzedText(input)
    let text = ExactBytes(fuzzed.bytes)
    let policy: SpecialTokenPolicy = fuzzed.allowsSpecials ? .allow : .asText
    let first = loaded.best.encode(text.bytes, specials: policy)
    for (tokenizer, instructions) in zip(loaded.tokenizers, loaded.sets) {
      claim(
        tokenizer.encode(text.bytes, specials: policy) == first,
        "\(instructions) gives other tokens")
      let buffer = TokenBuffer()
      tokenizer.encode(text.bytes, specials: policy, into: buffer)
      claim(buffer.encoding.ids == first.ids, "\(instructions) gives other tokens without ends")
    }
    let ids = twin.encode(text.bytes, allowsSpecials: fuzzed.allowsSpecials)
    claim(ids == first.ids, "the slow twin has \(ids), not \(first.ids)")
    checkOffsets(first, text.bytes)
    checkText(first, text.bytes, policy)
    checkPieces(text.bytes, roomFor: fuzzed.place)
    checkCut(first, text.bytes, at: fuzzed.place, policy)
    checkBatches(fuzzed.bytes)
  }

  private func checkOffsets(_ encoding: Encoding, _ text: UnsafeBufferPointer<UInt8>) {
    claim(encoding.ids.count == encoding.ends.count, "an end is missing")
    claim(zip(encoding.ends, encoding.ends.dropFirst()).allSatisfy(<=), "ends fall")
    claim(encoding.ends.first ?? 0 >= 0, "an end before the text")
    claim(encoding.ids.isEmpty || encoding.ends.last == Int32(text.count), "the last end")
    claim(encoding.ids.allSatisfy { (0..<loaded.best.vocabularyCount).contains(Int($0)) }, "an ID")
  }

  /// Byte-level tokens without a normalizer have the bytes that they cover, and lose nothing.
  private func checkText(
    _ encoding: Encoding, _ text: UnsafeBufferPointer<UInt8>, _ policy: SpecialTokenPolicy
  ) {
    let tokenizer = loaded.best
    let decoded = tokenizer.decode(encoding.ids)
    var decoder = StreamDecoder(tokenizer)
    let streamed = encoding.ids.map { decoder.decode($0) }.joined() + decoder.finish()
    claim(
      Array(streamed.utf8) == Array(String(decoding: decoded, as: UTF8.self).utf8),
      "the stream decodes otherwise")
    if policy == .asText {
      claim(!encoding.ids.contains { tokenizer.isSpecial($0) }, "text became a special token")
    }
    let definition = tokenizer.definition
    guard definition.characters == nil, definition.normalizer == nil else { return }
    claim(decoded == Array(text), "decoding gives another text")
    for (index, id) in encoding.ids.enumerated() {
      claim(
        tokenizer.bytes(of: id) == Array(text[encoding.range(of: index)]),
        "token \(index) does not cover its bytes")
    }
  }

  /// The kernels of the scan, in rooms of their own size.
  private func checkPieces(_ text: UnsafeBufferPointer<UInt8>, roomFor place: Int) {
    guard let pattern = loaded.best.pretokenizer?.pattern else { return }
    var expected: [UInt32] = []
    var twin = ReferenceScanner(text, pattern: pattern)
    while let piece = twin.next() { expected.append(UInt32(piece.upperBound)) }
    for instructions in loaded.sets {
      for count in [PretokenScanner.bestRoom, 1 + place % 900] {
        let room = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: count)
        defer { room.deallocate() }
        var scanner = PretokenScanner(text, pattern, instructions.scan)
        var ends: [UInt32] = []
        while case let found = scanner.next(room), found > 0 { ends += room[..<found] }
        claim(ends == expected, "\(instructions) cuts otherwise with room for \(count)")
      }
    }
  }

  private func checkCut(
    _ encoding: Encoding, _ text: UnsafeBufferPointer<UInt8>, at place: Int,
    _ policy: SpecialTokenPolicy
  ) {
    guard policy == .asText, place > 0, loaded.best.cuts(text, at: place) else { return }
    claim(encoding.ends.contains(Int32(place)), "a token lies across \(place), where text is cut")
  }

  /// Texts between line feeds, each by itself, in one call, and on two threads.
  private func checkBatches(_ bytes: [UInt8]) {
    var batch = TextBatch()
    var documents: [Range<Int>] = []
    for part in bytes.split(separator: 0x0A) {
      part.withUnsafeBufferPointer { batch.append(UnsafeBufferPointer(rebasing: $0[..<1])) }
      batch.mark()
      part.withUnsafeBufferPointer { batch.append(UnsafeBufferPointer(rebasing: $0[1...])) }
      batch.endText()
      documents.append(part.startIndex..<part.endIndex)
    }
    guard !documents.isEmpty else { return }
    let expected = encoded(batch) { loaded.best.encodeSingly($0, into: $1, places: &$2) }
    for (tokenizer, instructions) in zip(loaded.tokenizers, loaded.sets) {
      let found = encoded(batch) { tokenizer.encode($0, into: $1, places: &$2) }
      claim(found == expected, "\(instructions) gives other tokens in a batch")
    }
    let text = ExactBytes(bytes)
    let threaded = TokenBatch()
    loaded.best.encode(text.bytes, documents: documents, threads: 2, into: threaded)
    var ids: [TokenID] = []
    threaded.forEach { ids += $1 }
    claim(ids == expected.ids, "two threads give other tokens")
  }

  private func encoded(
    _ batch: TextBatch, _ encode: (TextBatch, TokenBuffer, inout [Int32]) -> Void
  ) -> (ids: [TokenID], places: [Int32]) {
    let buffer = TokenBuffer()
    var places: [Int32] = []
    encode(batch, buffer, &places)
    return (buffer.encoding.ids, places)
  }
}
