import Artifacts
import Foundation
import Testing

@testable import Tokenization

/// Files that are cut or garbled are errors or tokenizers: no crash, and no memory for what they
/// only claim.
@Suite struct TokenizerFileFuzzTests {
  private let location = SourceLocation(file: "fuzzed")

  private func tekken() -> [UInt8] {
    let words = (0...255).map { [UInt8($0)] } + [Array("ab".utf8), Array(" ab".utf8)]
    let vocabulary = words.enumerated().map { rank, bytes -> JSONValue in
      [
        "rank": JSONValue(rank), "token_bytes": .string(Data(bytes).base64EncodedString()),
        "token_str": .null,
      ]
    }
    let document: JSONValue = [
      "config": [
        "pattern": .string(SplitPattern.tekken.regexes[0]), "num_vocab_tokens": 258,
        "default_vocab_size": 278, "default_num_special_tokens": 20, "version": "v3",
      ],
      "vocab": .array(vocabulary),
    ]
    return document.compact
  }

  private func check(_ bytes: [UInt8]) {
    do {
      let definition = try TokenizerFile(bytes, at: location).definition(
        pattern: nil, specialTokens: [])
      let tokenizer = try BPETokenizer(definition)
      _ = tokenizer.decode(tokenizer.encode("ab <s> ಕ್ಷ 12", specials: .allow).ids)
    } catch {
      #expect(error is AksharaError, "\(error) for \(String(decoding: bytes, as: UTF8.self))")
    }
  }

  /// Cuts at seeded places, and bytes changed, swapped for digits or JSON's own signs, and repeated.
  private func fuzz(_ document: [UInt8], seed: UInt64, cases: Int) {
    var generator = SeededGenerator(seed: seed)
    let signs = Array(#"{}[]":,0123456789-.eE\null"#.utf8)
    for _ in 0..<cases {
      var bytes = document
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: bytes.removeSubrange(place...)
      case 1: bytes[place] = signs.randomElement(using: &generator) ?? 0
      case 2: bytes[place] = .random(in: 0...255, using: &generator)
      default:
        let end = min(bytes.count, place + Int.random(in: 1...40, using: &generator))
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      }
      check(bytes)
    }
  }

  @Test func tekkenFiles() throws {
    let document = tekken()
    let definition = try TokenizerFile(document, at: location).definition(
      pattern: nil, specialTokens: [])
    #expect(try BPETokenizer(definition).encode("ab ab").ids == [276, 277])
    fuzz(document, seed: 21, cases: 300)
  }

  @Test func tokenizerJSONs() throws {
    let sample = try SampleTokenizer.make(
      merges: [("h", "e"), ("l", "l")], specials: ["<|end|>"])
    fuzz(try sample.content.bytes, seed: 22, cases: 300)
  }

  /// Sizes that a file claims are bounded by what it holds, or by the largest vocabulary.
  @Test func claimsOfHugeSizesAreRefused() throws {
    func error(_ from: String, _ to: String) -> String {
      let text = String(decoding: tekken(), as: UTF8.self)
      do {
        _ = try TokenizerFile(Array(text.replacing(from, with: to).utf8), at: location)
          .definition(pattern: nil, specialTokens: [])
        return "read without error"
      } catch { return "\(error)" }
    }
    #expect(
      error("\"default_vocab_size\":278", "\"default_vocab_size\":999999999999")
        .hasPrefix("fuzzed: `config.default_vocab_size` is not a whole number from 1 to"))
    #expect(
      error("\"default_vocab_size\":278", "\"default_vocab_size\":4000000")
        == "fuzzed: `config.default_vocab_size` is 4000000, but there are 20 special tokens and 258 "
        + "others")
    #expect(
      error("\"default_num_special_tokens\":20", "\"default_num_special_tokens\":-1")
        .contains("`config.default_num_special_tokens` is not a whole number"))
  }
}
