import Artifacts
import Testing

@testable import Tokenization

@Suite struct TokenizerComparisonTests {
  @Test func countsWordsAksharasAndTornBorders() throws {
    var comparison = try TokenizerComparison([
      ("bytes", try SampleTokenizer.make()),
      ("letters", try SampleTokenizer.make(merges: [("a", "b")])),
    ])
    comparison.consume(Array("ಕನ್ನಡ ab".utf8), source: "one.txt")
    comparison.consume(Array("ab ab\r".utf8), source: "one.txt")
    comparison.consume([], source: "one.txt")
    let groups = comparison.bySource
    #expect(groups.map(\.language) == ["en", "kn"])
    #expect(groups[1].text.documents == 1)
    #expect(groups[1].text.bytes == 18)
    #expect(groups[1].text.words == 2)
    // ಕ, ನ್ನ, ಡ, a, b
    #expect(groups[1].text.aksharas == 5)
    // 18 bytes, 17 borders: 10 inside the five characters, 2 more inside ನ್ನ.
    #expect(groups[1].tokens[0].tokens == 18)
    #expect(groups[1].tokens[0].borders == 17)
    #expect(groups[1].tokens[0].bordersInCharacters == 10)
    #expect(groups[1].tokens[0].bordersInAksharas == 12)
    #expect(groups[1].tokens[1].tokens == 17)
    #expect(groups[0].text.bytes == 5)
    #expect(TokenRates(groups[0], 1).cost == 0.6)
  }

  @Test func sumsUpSourcesOfALanguage() throws {
    var comparison = try TokenizerComparison([("bytes", try SampleTokenizer.make())])
    comparison.consume(Array("ab".utf8), source: "b.txt")
    comparison.consume(Array("cde".utf8), source: "a.txt")
    let sum = try #require(comparison.byLanguage.first)
    #expect(sum.source == "all")
    #expect(sum.text.bytes == 5)
    #expect(sum.tokens[0].tokens == 5)
    #expect(comparison.exampleTokens(of: sum, tokenizer: 0) == ["c", "d", "e"])
  }

  @Test func refusesTwoTokenizersOfOneName() throws {
    let tokenizer = try SampleTokenizer.make()
    #expect {
      try TokenizerComparison([("a", tokenizer), ("a", tokenizer)])
    } throws: {
      ($0 as? AksharaError)?.code == .invalidOption
    }
  }
}
