import Artifacts
import Fixtures
import Testing

@testable import Tokenization

@Suite struct VocabularyPairTests {
  private let folder = TemporaryFolder()

  /// Every byte, `he`, and further entries.
  private func vocabulary(_ further: [(String, Int)] = []) -> [UInt8] {
    let bytes = (0...255).map { (ByteAlphabet.text(spelling: [UInt8($0)]), $0) }
    let entries = bytes + [("he", 256), ("hel", 257)] + further
    return JSONValue.object(JSONObject(entries.map { ($0.0, JSONValue($0.1)) })).compact
  }

  private func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = folder.file(name)
    try AtomicFile.write(bytes, to: path)
    return path
  }

  private let merges = Array("#version: 0.2\nh e\nhe l\n".utf8)

  @Test func readsBothNamesOfThePair() throws {
    for (vocabularyName, mergesName) in VocabularyPair.names {
      let path = try write("\(vocabularyName)-folder/\(vocabularyName)", vocabulary())
      _ = try write("\(vocabularyName)-folder/\(mergesName)", merges)
      let tokenizer = try BPETokenizer(contentsOf: path, pattern: .llama3)
      #expect(tokenizer.encode("hello").ids == [257, 0x6C, 0x6F])
      let inFolder = try BPETokenizer(contentsOf: Path.folder(of: path), pattern: .llama3)
      #expect(inFolder.digest == tokenizer.digest)
    }
  }

  @Test func gpt2sOwnVocabularyNeedsNoPattern() throws {
    let path = try write("gpt2/vocab.json", vocabulary([("<|endoftext|>", 50_256)]))
    _ = try write("gpt2/merges.txt", merges)
    let tokenizer = try BPETokenizer(contentsOf: path)
    #expect(tokenizer.pretokenizer?.pattern == .gpt2)
    #expect(tokenizer.encode("he<|endoftext|>", specials: .allow).ids == [256, 50_256])
    #expect(!tokenizer.encode("he<|endoftext|>").ids.contains(50_256))
  }

  @Test func anyOtherVocabularyNeedsAPattern() throws {
    let path = try write("other/vocab.json", vocabulary([("<|endoftext|>", 258)]))
    _ = try write("other/merges.txt", merges)
    #expect(
      throws: SplitPattern.missing(
        in: "a vocabulary with merges", at: SourceLocation(file: path))
    ) { try BPETokenizer(contentsOf: path) }
  }

  @Test func saysWhichFileIsMissing() throws {
    let path = try write("alone/vocab.json", vocabulary())
    #expect(
      throws: AksharaError(
        .missingFile, "the vocabulary has no merges beside it", at: SourceLocation(file: path),
        remedy: "put merges.txt there")
    ) { try BPETokenizer(contentsOf: path, pattern: .llama3) }
  }

  @Test func refusesMergesThatAreNoPairs() throws {
    let path = try write("bad/vocab.json", vocabulary())
    _ = try write("bad/merges.txt", Array("h e\nhe\n".utf8))
    #expect(
      throws: AksharaError(
        .malformed, "`merges[1]` is not a pair of tokens", at: SourceLocation(file: path))
    ) { try BPETokenizer(contentsOf: path, pattern: .llama3) }
  }

  @Test func gpt2AsItWasPublished() throws {
    guard let vocabulary = RepositoryPaths.shared("data/tok_gpt2/encoder.json.gz") else { return }
    let tokenizer = try BPETokenizer(contentsOf: vocabulary)
    #expect(tokenizer.vocabularyCount == 50_257)
    // tiktoken 0.14, `gpt2`.
    #expect(tokenizer.encode("hello world").ids == [31373, 995])
  }
}
