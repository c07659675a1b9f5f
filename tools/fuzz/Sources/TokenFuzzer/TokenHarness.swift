import Artifacts
import Foundation

@testable import Tokenization

/// What is fuzzed: a line of `harnesses.tsv`, given as `AKSHARA_FUZZ=kind,suffix,how`.
///
/// `how` is `encode` or `decode` with a tokenizer, or `load` for its file; for these `kind` is the file, found by
/// `tools/fuzz/all`, and `suffix` the split pattern of a rank file.
struct TokenHarness: Sendable {
  private let check: @Sendable (UnsafeBufferPointer<UInt8>) -> Void

  init() {
    let environment = ProcessInfo.processInfo.environment
    let words = (environment["AKSHARA_FUZZ"] ?? "").split(
      separator: ",", omittingEmptySubsequences: false)
    guard words.count == 3 else {
      fatalError("AKSHARA_FUZZ must be kind,suffix,how as in tools/fuzz/harnesses.tsv")
    }
    let pattern = SplitPattern(rawValue: String(words[1]))
    switch words[2] {
    case "load":
      let isSound = environment["AKSHARA_FUZZ_SOUND"] != nil
      check = LoadingCheck(pattern: pattern, isSound: isSound).test
    case "cache": check = CacheCheck(LoadedTokenizer(String(words[0]), pattern)).test
    case "decode": check = DecodingCheck(LoadedTokenizer(String(words[0]), pattern)).test
    case "encode": check = EncodingCheck(LoadedTokenizer(String(words[0]), pattern)).test
    default: fatalError("there is no harness `\(words[2])`")
    }
  }

  /// Tests one input.
  func test(_ input: UnsafeBufferPointer<UInt8>) { check(input) }
}

/// A tokenizer with the kernels of every instruction set that the machine has.
struct LoadedTokenizer: Sendable {
  let sets: [TextInstructions] = TextInstructions.allCases.filter(\.hasScan)
  let tokenizers: [BPETokenizer]

  /// The tokenizer of a file; a rank file has a pattern, and gets the special tokens of its vocabulary.
  init(_ path: String, _ pattern: SplitPattern?) {
    let specials: [AddedToken]
    switch pattern {
    case nil: specials = []
    case .qwen2: specials = KnownSpecialTokens.lists["qwen"]?() ?? []
    default: specials = KnownSpecialTokens.lists["llama3"]?() ?? []
    }
    tokenizers = sets.map { instructions in
      setenv("AKSHARA_ISA", instructions.rawValue, 1)
      do {
        return try BPETokenizer(
          contentsOf: path, pattern: pattern, specialTokens: specials, cache: .off)
      } catch { fatalError("\(error)") }
    }
    unsetenv("AKSHARA_ISA")
  }

  var best: BPETokenizer { tokenizers[tokenizers.count - 1] }
}
