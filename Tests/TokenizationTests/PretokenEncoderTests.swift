import Testing

@testable import Tokenization

/// The three fast ways against the slow twin.
@Suite struct PretokenEncoderTests {
  /// A random vocabulary: merges of tokens that are there, in no sensible order, so that tokens are
  /// made in several ways and some are never made.
  private func definition(seed: UInt64, prefersWhole: Bool) throws -> BPEDefinition {
    var generator = SeededGenerator(seed: seed)
    var vocabulary = Vocabulary()
    for byte in UInt8.min...UInt8.max { try vocabulary.add([byte], id: TokenID(byte)) }
    var known = Array("abc".utf8).map { [$0] }
    var pairs: Set<[[UInt8]]> = []
    while pairs.count < 60 {
      let pair = (0..<2).map { _ in known[Int.random(in: 0..<known.count, using: &generator)] }
      let joined = pair[0] + pair[1]
      guard joined.count <= 8, pairs.insert(pair).inserted else { continue }
      if vocabulary.id(of: joined) == nil {
        try vocabulary.add(joined, id: TokenID(vocabulary.endID))
        known.append(joined)
      }
    }
    let merges = pairs.sorted {
      $0.lexicographicallyPrecedes($1) { $0.lexicographicallyPrecedes($1) }
    }
    .shuffled(using: &generator)
    .enumerated()
    .map { rank, pair in
      Merge(
        left: vocabulary.id(of: pair[0]) ?? -1, right: vocabulary.id(of: pair[1]) ?? -1,
        result: vocabulary.id(of: pair[0] + pair[1]) ?? -1, rank: Int32(rank))
    }
    return BPEDefinition(
      pretokenizer: Pretokenizer(.llama3), vocabulary: vocabulary, merges: merges,
      prefersWholePretokens: prefersWhole, addedTokens: [])
  }

  private func reference(_ definition: BPEDefinition) -> ReferenceBPE {
    var tokens: [[UInt8]: TokenID] = [:]
    for id in definition.vocabulary.sortedIDs {
      tokens[Array(definition.vocabulary.bytes(of: id) ?? [])] = id
    }
    return ReferenceBPE(
      tokens: tokens, merges: definition.merges,
      prefersWholePretokens: definition.prefersWholePretokens)
  }

  @Test(arguments: 1...6, [false, true]) func agreesWithTheSlowTwin(seed: Int, prefersWhole: Bool)
    throws
  {
    let definition = try definition(seed: UInt64(seed), prefersWhole: prefersWhole)
    let model = try definition.makeModel(at: nil)
    let twin = reference(definition)
    var generator = SeededGenerator(seed: UInt64(seed) + 100)
    for round in 0..<400 {
      let count = Int.random(in: 1...(round % 10 == 0 ? 150 : 20), using: &generator)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0x61...0x63, using: &generator) }
      let expected = twin.encode(bytes)
      #expect(encode(bytes, model) == expected, "\(String(decoding: bytes, as: UTF8.self))")
      if !prefersWhole { #expect(encodeInChain(bytes, model) == expected) }
    }
  }

  private func encode(_ bytes: [UInt8], _ model: BPEModel) -> [TokenID] {
    var encoder = PretokenEncoder(model)
    bytes.withUnsafeBufferPointer { encoder.encode($0, 0..<bytes.count) }
    #expect(encoder.encoding.ends.last == Int32(bytes.count))
    return encoder.encoding.ids
  }

  private func encodeInChain(_ bytes: [UInt8], _ model: BPEModel) -> [TokenID] {
    bytes.withUnsafeBufferPointer { buffer in
      var chain = MergeChain(buffer, model: model)
      chain.joinAll()
      var ids: [TokenID] = []
      chain.forEach { token, _ in ids.append(token) }
      return ids
    }
  }

  @Test func theSlowTwinShowsItsRounds() throws {
    let tokenizer = try SampleTokenizer.make(merges: [("l", "l"), ("h", "e"), ("he", "ll")])
    let twin = reference(tokenizer.definition)
    var rounds: [String] = []
    let pieces = twin.pieces(of: Array("hello".utf8)) { pieces in
      rounds.append(pieces.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "·"))
    }
    #expect(rounds == ["h·e·l·l·o", "h·e·ll·o", "he·ll·o", "hell·o"])
    #expect(pieces.count == 2)
  }

  @Test func aTokenThatMergesNeverMakeIsNotTaken() throws {
    // "abc" is in the vocabulary by (ab, c), but (b, c) goes first, and (a, bc) is no merge.
    let tokenizer = try SampleTokenizer.make(merges: [("b", "c"), ("a", "b"), ("ab", "c")])
    #expect(tokenizer.encode("abc").ids == [0x61, 256])
    let whole = try SampleTokenizer.make(
      merges: [("b", "c"), ("a", "b"), ("ab", "c")], prefersWholePretokens: true)
    #expect(whole.encode("abc").ids == [258])
  }
}
