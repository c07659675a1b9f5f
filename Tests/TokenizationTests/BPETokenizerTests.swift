import Artifacts
import Fixtures
import Testing

@testable import Tokenization

@Suite struct BPETokenizerTests {
  @Test func givesTokensWithTheBytesTheyCover() throws {
    let tokenizer = try SampleTokenizer.make(merges: [("h", "e"), (" ", "he")])
    let encoding = tokenizer.encode("he hex")
    #expect(encoding.ids == [256, 257, 0x78])
    #expect(encoding.ends == [2, 5, 6])
    #expect(encoding.range(of: 1) == 2..<5)
    #expect(tokenizer.encode("").ids == [])
  }

  @Test func specialTokensStayTextUnlessAllowed() throws {
    let tokenizer = try SampleTokenizer.make(specials: ["<|end|>", "<|end|>!"])
    #expect(tokenizer.encode("a<|end|>").ids == Array("a<|end|>".utf8).map(TokenID.init))
    let encoding = tokenizer.encode("a<|end|>b<|end|>!", specials: .allow)
    #expect(encoding.ids == [0x61, 256, 0x62, 257])
    #expect(encoding.ends == [1, 8, 9, 17])
  }

  @Test func knowsItsTokens() throws {
    let tokenizer = try SampleTokenizer.make(merges: [("h", "e")], specials: ["<|end|>"])
    #expect(tokenizer.vocabularyCount == 258)
    #expect(tokenizer.bytes(of: 256) == Array("he".utf8))
    #expect(tokenizer.bytes(of: 257) == Array("<|end|>".utf8))
    #expect(tokenizer.bytes(of: 258) == nil)
    #expect(tokenizer.bytes(of: -1) == nil)
    #expect(tokenizer.specialToken("<|end|>") == 257)
    #expect(tokenizer.specialToken("he") == nil)
    #expect(tokenizer.isSpecial(257))
    #expect(!tokenizer.isSpecial(256))
  }

  @Test func specialTokensAreComparedByBytes() throws {
    let tokenizer = try SampleTokenizer.make(specials: ["<é>"])
    #expect(tokenizer.specialToken("<é>") == 256)
    #expect(tokenizer.specialToken("<e\u{301}>") == nil)
  }

  @Test func anyBytesComeBack() throws {
    let tokenizer = try SampleTokenizer.trained(seed: 5)
    var generator = SeededGenerator(seed: 6)
    for _ in 0..<500 {
      let bytes = SeededText.damagedBytes(&generator)
      for policy in [SpecialTokenPolicy.asText, .allow] {
        let encoding = tokenizer.encode(bytes, specials: policy)
        #expect(tokenizer.decode(encoding.ids) == bytes, "\(bytes)")
        #expect(encoding.ends.last ?? 0 == Int32(bytes.count))
        for index in encoding.ids.indices {
          #expect(
            Array(bytes[encoding.range(of: index)]) == tokenizer.bytes(of: encoding.ids[index]))
        }
      }
    }
  }

  @Test func textNeverBecomesASpecialTokenUnasked() throws {
    let tokenizer = try SampleTokenizer.trained(seed: 7, specials: ["<|end|>", "aa", "12"])
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<500 {
      let encoding = tokenizer.encode(SeededText.string(&generator) + "aa <|end|> aa12")
      #expect(!encoding.ids.contains(where: tokenizer.isSpecial))
    }
  }

  @Test func aLongWordIsNotQuadratic() throws {
    let tokenizer = try SampleTokenizer.make(merges: [("a", "b"), ("ab", "ab")])
    let encoding = tokenizer.encode([UInt8](repeating: 0x61, count: 20_000) + Array("abab".utf8))
    #expect(encoding.ids.suffix(2) == [0x61, 257])
    #expect(encoding.ids.count == 20_001)
  }

  @Test func readsTheGoldenTexts() throws {
    guard let ranks = RepositoryPaths.shared("data/tok_llama3/llama3_tokenizer.model"),
      let golden = RepositoryPaths.shared("data/golden/tokenize_dev.jsonl.gz")
    else { return }
    let tokenizer = try BPETokenizer(contentsOf: ranks, pattern: .llama3)
    let rows = try GzipText.lines(golden)
    for row in rows.enumerated().filter({ $0.offset % 8 == 0 }).map(\.element) {
      let row = try JSONValue(parsing: row)
      let expected = row["ids"]?["llama3"]?.array?.compactMap(\.integer).map(TokenID.init)
      #expect(tokenizer.encode(row["text"]?.string ?? "").ids == expected)
    }
    #expect(rows.count == 958)
  }
}
