import ArgumentParser
import Artifacts
import Tokenization

/// What says which tokenizer a command uses.
struct TokenizerSource: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A tokenizer.json, a SentencePiece .model, a tekken.json, a vocab.json with its merges.txt, a "
        + "folder that holds one of them, or a tiktoken rank file."))
  var tokenizer: String

  @Option(
    help: ArgumentHelp(
      "How text is split, for a rank file or a vocab.json that is not GPT-2's: "
        + SplitPattern.allCases.map(\.rawValue).joined(separator: ", ") + "."))
  var pattern: String?

  @Option(
    help: ArgumentHelp(
      "The special tokens of a rank file: \(AddedToken.specialTokenLists); or `text=id`; or a JSON "
        + "file with an object of texts and IDs.",
      discussion: "May be given again and again."))
  var specialTokens: [String] = []

  /// The files that are read.
  ///
  /// - Throws: `missingFile` for a folder without a tokenizer.
  func files() throws -> [String] {
    try [TokenizerPlace.file(tokenizer)] + specialTokens.filter(Path.exists)
  }

  /// Reads the tokenizer.
  func read() throws -> BPETokenizer {
    try BPETokenizer(
      contentsOf: tokenizer, pattern: pattern.map(SplitPattern.init(named:)),
      specialTokens: specialTokens.flatMap(AddedToken.specialTokens(named:)))
  }
}
