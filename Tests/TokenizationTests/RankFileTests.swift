import Artifacts
import Fixtures
import Foundation
import Testing

@testable import Tokenization

@Suite struct RankFileTests {
  private let folder = TemporaryFolder()

  private func file(_ lines: [String]) throws -> String {
    let path = folder.file("ranks.tiktoken")
    try AtomicFile.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: path)
    return path
  }

  private func line(_ bytes: [UInt8], _ rank: Int) -> String {
    "\(Data(bytes).base64EncodedString()) \(rank)"
  }

  private var byteLines: [String] { (0...255).map { line([UInt8($0)], $0) } }

  @Test func encodesByRanksAsTiktokenDoes() throws {
    // "bc" has the lowest rank, so "abc" is a·bc, unless it is a token as a whole.
    let words = ["bc", "ab", "xabc"].enumerated().map { line(Array($1.utf8), 256 + $0) }
    let path = try file(byteLines + words)
    let tokenizer = try BPETokenizer(
      contentsOf: path, pattern: .llama3, specialTokens: [AddedToken(id: 300, text: "<|end|>")])
    #expect(tokenizer.encode("abc").ids == [0x61, 256])
    #expect(tokenizer.encode("xabc").ids == [258])
    #expect(tokenizer.encode("ab<|end|>", specials: .allow).ids == [257, 300])
    #expect(tokenizer.vocabularyCount == 301)
  }

  @Test func becomesATokenizerJSONWithTheSameIDs() throws {
    let words = ["ab", "abab", "ba", "aba"].enumerated().map { line(Array($1.utf8), 256 + $0) }
    let path = try file(byteLines + words)
    // 300 leaves a gap, which `tokenizers` would close if the token were not in the vocabulary.
    let tokenizer = try BPETokenizer(
      contentsOf: path, pattern: .llama3, specialTokens: [AddedToken(id: 300, text: "<|end|>")])
    let json = folder.file("tokenizer.json")
    let digest = try tokenizer.write(tokenizerJSON: json)
    let again = try BPETokenizer(contentsOf: json)
    #expect(again.digest == tokenizer.digest)
    #expect(tokenizer.digest == digest.description)
    for text in ["abababa", "babab<|end|>aba", "aabba"] {
      #expect(
        again.encode(text, specials: .allow) == tokenizer.encode(text, specials: .allow))
    }
  }

  private let remedy = "; give a line `<base64> <rank>` for each token"

  private func error(_ lines: [String]) throws -> String {
    error(at: try file(lines), pattern: .llama3)
  }

  private func error(at path: String, pattern: SplitPattern?) -> String {
    do {
      _ = try BPETokenizer(contentsOf: path, pattern: pattern)
      return "read without error"
    } catch { return "\(error)".replacing(folder.path + "/", with: "") }
  }

  @Test func namesFileAndLine() throws {
    #expect(
      try error(["YQ== 0", "YQ 1"])
        == "ranks.tiktoken:2: `YQ 1` is not a token in base64 and a rank\(remedy)")
    #expect(try error(["YQ== 0", "YQ== 1"]) == "ranks.tiktoken:2: the token stands twice\(remedy)")
    #expect(
      try error(["YQ== 0", "Yg== 0"]) == "ranks.tiktoken:2: the rank 0 stands twice\(remedy)")
    #expect(
      try error(["YQ== 5000000"])
        == "ranks.tiktoken:1: the rank 5000000 is not between 0 and 4194304\(remedy)")
    #expect(
      try error(["YQ== 0"])
        == "ranks.tiktoken: the vocabulary has no token for the byte 0x0; use a vocabulary with all 256 "
        + "bytes")
  }

  @Test func needsAPattern() throws {
    let path = try file(byteLines)
    #expect(
      throws: AksharaError(
        .invalidOption, "a rank file does not say how text is split",
        at: SourceLocation(file: path),
        remedy: "name the split pattern: gpt2, cl100k, llama3, qwen2, qwen3_5, o200k, tekken, "
          + "deepseek3, indic, gpt2-indic, cl100k-indic, llama3-indic, qwen2-indic; for a command "
          + "without `--pattern`, make a tokenizer.json of the file first: akshara tokenizer convert"
      )
    ) { try BPETokenizer(contentsOf: path) }
  }

  /// Whisper's `multilingual.tiktoken`: `=` is the empty token, which `tiktoken` 0.14 decodes as "".
  @Test func theEmptyTokenIsNoTextsAndBecomesNoText() throws {
    let path = try file(byteLines + ["= 256", line(Array("ab".utf8), 257)])
    let tokenizer = try BPETokenizer(contentsOf: path, pattern: .gpt2)
    #expect(tokenizer.encode("abc").ids == [257, 0x63])
    #expect(tokenizer.decode([0x61, 256, 257]) == Array("aab".utf8))
    let json = folder.file("tokenizer.json")
    try tokenizer.write(tokenizerJSON: json)
    let again = try BPETokenizer(contentsOf: json)
    #expect(again.encode("abc").ids == [257, 0x63])
    #expect(again.decode([0x61, 256, 257]) == Array("aab".utf8))
  }

  @Test func theEmptyTokenHasARankOfItsOwn() throws {
    #expect(try error(["= 0", "YQ== 0"]) == "ranks.tiktoken:1: the rank 0 stands twice\(remedy)")
    #expect(try error(["YQ== 0", "= 1", "= 2"]).contains(":3: the token stands twice"))
    #expect(try error(["YQ== 0", "= -1"]).contains(":2: the rank -1 is not between 0 and"))
    #expect(try error(["YQ== 0", " 1"]).contains(":2: ` 1` is not a token"))
  }

  /// Other files, of which no pattern makes ranks.
  @Test(arguments: [
    ("", ": the file is empty"), ("\n\r\n", ": the file is empty"),
    ("[]", ": the file is JSON, but no tokenizer's: an array"),
    (" \n[1]", ": the file is JSON, but no tokenizer's: an array"),
    ("\"a b\"", ": the file is JSON, but no tokenizer's: a string"),
    ("[1", ":1: the first line `[1` is not a token in base64 and a rank"),
    ("\nno ranks\n", ":2: the first line `no ranks` is not a token in base64 and a rank"),
  ])
  func saysWhatIsNoRankFile(content: String, problem: String) throws {
    let path = folder.file("ranks.tiktoken")
    try AtomicFile.write(Array(content.utf8), to: path)
    let remedy = "give a tokenizer's file; one of ranks has a line `<base64> <rank>` for each token"
    #expect(error(at: path, pattern: nil) == "ranks.tiktoken\(problem); \(remedy)")
  }

  @Test func llama3sRanksBecomeTheTokenizerJSONThatOthersMade() throws {
    guard let ranks = RepositoryPaths.shared("data/tok_llama3/llama3_tokenizer.model"),
      let json = RepositoryPaths.shared("data/tok_llama3/llama3.tokenizer.json.zst")
    else { return }
    let published = try BPETokenizer(contentsOf: json)
    let tokenizer = try BPETokenizer(
      contentsOf: ranks, pattern: .llama3, specialTokens: published.addedTokens)
    let ours = try JSONValue(parsing: tokenizer.content.bytes)
    #expect(try ours == JSONValue(parsing: published.content.bytes))
  }
}
