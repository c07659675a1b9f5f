import Artifacts
import Fixtures
import Foundation
import Testing

@testable import Tokenization

@Suite struct TokenizerCacheTests {
  private let folder = TemporaryFolder()
  private let userFolder = TemporaryFolder()

  private var cache: TokenizerCache {
    TokenizerCache(folders: [userFolder.path], smallestContent: 0)
  }

  private func sampleJSON() throws -> String {
    let path = folder.file("tokenizer.json")
    let tokenizer = try SampleTokenizer.make(
      merges: [("h", "e"), ("l", "l"), ("he", "ll")], specials: ["<|end|>"])
    try tokenizer.write(tokenizerJSON: path)
    return path
  }

  private func ranks() throws -> String {
    let path = folder.file("ranks.tiktoken")
    let tokens = (UInt8.min...UInt8.max).map { [$0] } + ["ab", "bc", "abc"].map { Array($0.utf8) }
    let lines = tokens.enumerated().map { "\(Data($1).base64EncodedString()) \($0)\n" }
    try AtomicFile.write(Array(lines.joined().utf8), to: path)
    return path
  }

  /// A vocabulary of characters with all rules that a file may have.
  private func characterJSON() throws -> String {
    let path = folder.file("characters.json")
    let bytes = (UInt8.min...UInt8.max).map(CharacterRules.spelling)
    let texts = ["<unk>"] + bytes + ["▁", "a", "b", "▁a", "ab"]
    let model: JSONValue = [
      "type": "BPE", "dropout": .null, "unk_token": "<unk>", "continuing_subword_prefix": .null,
      "end_of_word_suffix": .null, "fuse_unk": true, "byte_fallback": true,
      "ignore_merges": false,
      "vocab": .object(JSONObject(texts.enumerated().map { ($1, JSONValue($0)) })),
      "merges": [["▁", "a"], ["a", "b"]],
    ]
    let document: JSONValue = [
      "version": "1.0", "truncation": .null, "padding": .null, "added_tokens": [],
      "normalizer": [
        "type": "Replace", "pattern": ["String": " "], "content": "▁",
      ],
      "pre_tokenizer": .null, "post_processor": .null,
      "decoder": ["type": "Sequence", "decoders": [["type": "ByteFallback"], ["type": "Fuse"]]],
      "model": model,
    ]
    try AtomicFile.write(document.compact, to: path)
    return path
  }

  private func place(of path: String) throws -> TokenizerCachePlace {
    try #require(cache.place(for: path, content: TokenizerFile.bytes(of: path)))
  }

  @Test func whatIsKeptIsWhatTheFileSays() throws {
    for path in [try sampleJSON(), try ranks(), try characterJSON()] {
      let pattern: SplitPattern? = path.hasSuffix("tiktoken") ? .llama3 : nil
      func read(_ cache: TokenizerCache) throws -> BPETokenizer {
        try BPETokenizer(contentsOf: path, pattern: pattern, cache: cache)
      }
      let plain = try read(.off)
      let first = try read(cache)
      #expect(try place(of: path).read() != nil, "\(path) left no cache")
      let second = try read(cache)
      for other in [first, second] {
        #expect(other.digest == plain.digest)
        #expect(try other.content.bytes == plain.content.bytes)
        // What would be written if the file were not at hand.
        #expect(
          try other.definition.tokenizerJSON(at: nil) == plain.definition.tokenizerJSON(at: nil))
        #expect(other.definition.merges == plain.definition.merges)
        #expect(other.definition.characters == plain.definition.characters)
        #expect(other.addedTokens == plain.addedTokens)
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<100 {
          let text = SeededText.string(&generator) + "hell abc<|end|>"
          #expect(
            other.encode(text, specials: .allow) == plain.encode(text, specials: .allow), "\(text)")
        }
      }
    }
  }

  @Test func theCacheIsUsedAndNotOnlyWritten() throws {
    // A cache that says something else than the file shows who was asked.
    let path = try sampleJSON()
    _ = try BPETokenizer(contentsOf: path, cache: cache)
    let place = try place(of: path)
    var kept = try #require(place.read())
    kept.model.merges.removeLast()
    place.write(kept)
    #expect(try BPETokenizer(contentsOf: path, cache: cache).encode("hell").ids == [256, 257])
    #expect(try BPETokenizer(contentsOf: path, cache: .off).encode("hell").ids == [258])
  }

  @Test func liesBesideTheFile() throws {
    _ = try BPETokenizer(contentsOf: try sampleJSON(), cache: cache)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        == [".tokenizer.json.akshara-cache", "tokenizer.json"])
  }

  @Test func aFolderThatCannotBeWrittenSendsItToTheUsersFolder() throws {
    let path = try sampleJSON()
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o555], ofItemAtPath: folder.path)
    defer {
      try? FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: folder.path)
    }
    _ = try BPETokenizer(contentsOf: path, cache: cache)
    let digest = try Digest(ofFile: path).hexadecimal
    #expect(Folder.list(userFolder.path) == ["\(digest).akshara-cache"])
    #expect(try place(of: path).read() != nil)
  }

  @Test func noFailureOfTheCacheFailsTheLoad() throws {
    let path = try sampleJSON()
    // A folder where the file should be; and a file where the user's folder should be.
    try Folder.make(folder.file(".tokenizer.json.akshara-cache"))
    let blocked = TokenizerCache(folders: [path, "/proc/none"], smallestContent: 0)
    for _ in 0..<2 {
      let tokenizer = try BPETokenizer(contentsOf: path, cache: blocked)
      #expect(tokenizer.encode("hell").ids == [258])
    }
  }

  @Test func aDamagedCacheIsMadeAnew() throws {
    let path = try sampleJSON()
    _ = try BPETokenizer(contentsOf: path, cache: cache)
    let place = try place(of: path)
    let file = folder.file(".tokenizer.json.akshara-cache")
    let good = try TokenizerFile.bytes(of: file)
    for bad in [[], Array("no cache".utf8), Array(good.dropLast()), good + [0]] {
      try AtomicFile.write(bad, to: file)
      #expect(place.read() == nil)
      #expect(try BPETokenizer(contentsOf: path, cache: cache).encode("hell").ids == [258])
      #expect(try TokenizerFile.bytes(of: file) == good)
    }
  }

  @Test func smallFilesAndOffLeaveNone() throws {
    let path = try sampleJSON()
    for cache in [.off, TokenizerCache(folders: [userFolder.path])] {
      _ = try BPETokenizer(contentsOf: path, cache: cache)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["tokenizer.json"])
    }
  }

  @Test func theVariableSaysOnOrOff() throws {
    func place(_ value: String?) throws -> TokenizerCachePlace? {
      try TokenizerCache.choice(environment: value).place(
        for: "tokenizer.json", content: [UInt8](repeating: 0, count: 1 << 20))
    }
    #expect(try place(nil) != nil)
    #expect(try place("on") != nil)
    #expect(try place("off") == nil)
    let error = try #require(throws: AksharaError.self) { try place("of") }
    #expect(error.description.contains("AKSHARA_TOKENIZER_CACHE is `of`; use `on` or `off`"))
  }

  @Test func theUsersFolderIsWhereTheEnvironmentSays() {
    let folder = TokenizerCache.userFolder
    #expect(folder(["XDG_CACHE_HOME": "/c", "HOME": "/h"]) == "/c/akshara/tokenizers")
    #expect(folder(["HOME": "/h"]) == "/h/.cache/akshara/tokenizers")
    #expect(folder(["XDG_CACHE_HOME": "c", "HOME": "/h"]) == "/h/.cache/akshara/tokenizers")
    #expect(folder([:]) == nil)
  }
}
