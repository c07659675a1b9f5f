import Artifacts
import Testing

@testable import Tokenization

/// One test for each way in which a file can be no good.
@Suite struct CompiledTokenizerFileTests {
  private let source = Digest(of: Array("the tokenizer's file".utf8))

  private func sample() throws -> CompiledTokenizer {
    let definition = try SampleTokenizer.make(merges: [("a", "b"), ("ab", "c")]).definition
    return .ranks(definition)
  }

  private func bytes() throws -> [UInt8] {
    CompiledTokenizerFile.bytes(of: try sample(), source: source)
  }

  private func read(_ bytes: [UInt8], source: Digest) -> CompiledTokenizer? {
    bytes.withUnsafeBytes { CompiledTokenizerFile.read($0, source: source) }
  }

  private func isTaken(_ bytes: [UInt8]) -> Bool { read(bytes, source: source) != nil }

  /// The file with `change` made to it and a digest that fits again.
  private func signed(_ change: (inout [UInt8]) -> Void) throws -> [UInt8] {
    var bytes = try bytes()
    change(&bytes)
    let (covered, size) = (CompiledTokenizerFile.coveredHeader, CompiledTokenizerFile.headerSize)
    let digest = Digest(of: bytes[..<covered] + bytes[size...])
    bytes.replaceSubrange(covered..<size, with: digest.bytes)
    return bytes
  }

  @Test func theWholeFileIsTaken() throws {
    let read = try #require(read(try bytes(), source: source))
    let sample = try sample()
    #expect(read.model.merges == sample.model.merges)
    #expect(read.model.vocabulary.sortedIDs == sample.model.vocabulary.sortedIDs)
    #expect(read.model.vocabulary.bytes(of: 257).map(Array.init) == Array("abc".utf8))
    #expect(CompiledTokenizerFile.bytes(of: read, source: source) == (try bytes()))
    #expect(isTaken(try signed { _ in }))
  }

  @Test func theHeaderIsAsDocumented() throws {
    let bytes = try bytes()
    #expect(CompiledTokenizerFile.headerSize == 136)
    #expect(Array(bytes[..<8]) == Array("AKSHTOK\n".utf8))
    #expect(Array(bytes[8..<24]) == [1, 0, 0, 0, 4, 3, 2, 1, 2, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[24..<40]) == [2, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[72..<104]) == source.bytes)
  }

  @Test func noCutFileIsTaken() throws {
    let bytes = try bytes()
    for count in 0..<bytes.count { #expect(!isTaken(Array(bytes[..<count])), "\(count) bytes") }
    #expect(!isTaken(bytes + [0]))
  }

  @Test func noChangedByteIsTaken() throws {
    let good = try bytes()
    for index in good.indices {
      var bytes = good
      bytes[index] ^= 1 << UInt8(index % 8)
      #expect(!isTaken(bytes), "byte \(index)")
    }
  }

  @Test func noOtherVersionIsTaken() throws {
    #expect(!isTaken(try signed { $0[8] = 2 }), "of the format")
    #expect(!isTaken(try signed { $0.swapAt(12, 15) }), "of the order of bytes")
    #expect(!isTaken(try signed { $0[16] = 3 }), "of the kind")
    #expect(!isTaken(try signed { $0[16] = 1 }), "a tokenizer.json without a document")
    #expect(!isTaken(try signed { $0[56] ^= 1 }), "of Akshara")
  }

  @Test func noOtherContentIsTaken() throws {
    #expect(read(try bytes(), source: Digest(of: [])) == nil)
  }

  @Test func countsThatDoNotFillTheFileAreNotTaken() throws {
    for count in 0..<4 {
      for value in [0, 1, 0x7F, 0xFF] as [UInt8] {
        let place = 24 + 8 * count
        #expect(!isTaken(try signed { $0[place + 7] = max(value, 1) }), "count \(count)")
        #expect(!isTaken(try signed { $0[place] ^= value | 4 }), "count \(count)")
      }
    }
  }

  @Test func whatIsNoVocabularyIsNotTaken() throws {
    let (ids, lengths) = (136, 136 + 4 * 258)
    let merges = lengths + 4 * 258
    #expect(!isTaken(try signed { $0[ids] = 1 }), "an ID of two tokens")
    #expect(!isTaken(try signed { $0[ids + 3] = 0x80 }), "an ID below 0")
    #expect(!isTaken(try signed { $0[ids + 3] = 0x70 }), "an ID above the largest")
    #expect(!isTaken(try signed { $0[lengths] = 0 }), "a token without bytes")
    #expect(!isTaken(try signed { $0[lengths + 3] = 0xFF }), "a token that is too long")
    for place in 0..<4 {
      #expect(!isTaken(try signed { $0[merges + 4 * place + 3] = 0x80 }), "a merge of no token")
    }
    #expect(!isTaken(try signed { $0[$0.count - 1] = 0 }), "no JSON")
  }
}
