import Testing

@testable import Tokenization

@Suite struct TokenBatchTests {
  @Test(arguments: [1, 2, 5]) func givesDocumentsInOrder(threads: Int) throws {
    let tokenizer = try SampleTokenizer.trained(seed: 3)
    var generator = SeededGenerator(seed: 4)
    let texts = (0..<60).map { index in
      Array((index % 7 == 0 ? "" : SeededText.string(&generator, length: 9000)).utf8)
    }
    var documents: [Range<Int>] = []
    for text in texts {
      let start = documents.last?.upperBound ?? 0
      documents.append(start..<start + text.count)
    }
    let batch = TokenBatch()
    for _ in 0..<2 {  // the second time in the memory of the first
      texts.flatMap(\.self).withUnsafeBufferPointer {
        tokenizer.encode($0, documents: documents, threads: threads, into: batch)
      }
      var ids: [[TokenID]] = []
      batch.forEach { document, tokens in
        #expect(document == ids.count)
        ids.append(Array(tokens))
      }
      #expect(ids == texts.map { tokenizer.encode($0).ids })
      #expect(batch.tokenCount == ids.reduce(0) { $0 + $1.count })
    }
  }

  @Test func takesNoDocuments() throws {
    let batch = TokenBatch()
    let tokenizer = try SampleTokenizer.make()
    [UInt8]().withUnsafeBufferPointer {
      tokenizer.encode($0, documents: [], threads: 4, into: batch)
    }
    #expect(batch.tokenCount == 0)
  }

  /// From 4 MiB on the memory is of another kind.
  @Test func bufferKeepsItsTokensWhenItGrows() {
    let buffer = TokenBuffer(keepsEnds: true)
    let count = 3 << 20
    for index in 0..<count { buffer.append(TokenID(index), end: index + 1) }
    let areAllThere = buffer.withIDs { ids in
      buffer.withEnds { ends in
        ids.count == count && ends.count == count
          && (0..<count).allSatisfy { ids[$0] == TokenID($0) && ends[$0] == Int32($0 + 1) }
      }
    }
    #expect(areAllThere)
    buffer.removeAll()
    #expect(buffer.encoding.ids.isEmpty)
  }
}
