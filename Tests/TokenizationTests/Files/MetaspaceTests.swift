import Testing

@testable import Tokenization

/// `Metaspace`; what is expected is what `tokenizers` 0.23.3 gives.
@Suite struct MetaspaceTests {
  private func pieces(_ metaspace: Metaspace, _ text: String, from start: Int = 0) -> [String] {
    Array(text.utf8).withUnsafeBufferPointer { bytes in
      metaspace.pieces(of: AlignedText(bytes, start..<bytes.count)).map {
        String(decoding: $0.bytes, as: UTF8.self)
      }
    }
  }

  @Test func writesMarksAndCutsBeforeThem() {
    let metaspace = Metaspace()
    #expect(pieces(metaspace, "a b") == ["▁a", "▁b"])
    #expect(pieces(metaspace, " a") == ["▁a"])
    #expect(pieces(metaspace, "a  b ") == ["▁a", "▁", "▁b", "▁"])
    #expect(pieces(metaspace, "▁a b") == ["▁a", "▁b"])
  }

  @Test func withoutSplittingThereIsOnePiece() {
    let metaspace = Metaspace(splits: false)
    #expect(pieces(metaspace, "a  b ") == ["▁a▁▁b▁"])
  }

  @Test func theSchemeSaysWhatGetsAMarkBefore() {
    #expect(pieces(Metaspace(prependScheme: .never), "a b") == ["a", "▁b"])
    #expect(pieces(Metaspace(prependScheme: .first), "a b") == ["▁a", "▁b"])
    // Behind an added token, say, nothing is at the start any more.
    #expect(pieces(Metaspace(prependScheme: .first), "xa b", from: 1) == ["a", "▁b"])
    #expect(pieces(Metaspace(prependScheme: .always), "xa b", from: 1) == ["▁a", "▁b"])
  }
}
