import Artifacts
import Testing

@testable import Tokenization

@Suite struct SplitPatternTests {
  @Test func spellsLlama3sPattern() {
    let llama3 =
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    #expect(SplitPattern.llama3.regexes == [llama3])
    #expect(SplitPattern(regexes: [llama3]) == .llama3)
    #expect(SplitPattern(regexes: [llama3 + " "]) == nil)
  }

  @Test func spellingsDiffer() {
    #expect(Set(SplitPattern.allCases.map(\.regexes)).count == SplitPattern.allCases.count)
  }

  @Test func namesThePatternsThatThereAre() {
    #expect(
      throws: AksharaError(
        .invalidOption, "there is no split pattern `o300k`",
        remedy:
          "use one of: gpt2, cl100k, llama3, qwen2, qwen3_5, o200k, tekken, deepseek3, indic, "
          + "gpt2-indic, cl100k-indic, llama3-indic, qwen2-indic")
    ) { try SplitPattern(named: "o300k") }
  }
}
