import ArgumentParser
import Tokenization

/// What says which tokenizer a command uses.
struct TokenizerSource: ParsableArguments {
  @Option(help: "A tokenizer.json, a folder that holds one, or a tiktoken rank file.")
  var tokenizer: String

  @Option(
    help: ArgumentHelp(
      "How text is split, for a rank file: "
        + SplitPattern.allCases.map(\.rawValue).joined(separator: ", ") + "."))
  var pattern: String?

  @Option(
    help: ArgumentHelp(
      "The special tokens of a rank file: `text=id`, or a JSON file with an object of texts and IDs.",
      discussion: "May be given again and again."))
  var specialTokens: [String] = []

  /// Reads the tokenizer.
  func tokenizer() throws -> BPETokenizer {
    try BPETokenizer(
      contentsOf: TokenizerPath.file(tokenizer), pattern: pattern.map(SplitPattern.init(named:)),
      specialTokens: specialTokens.flatMap(AddedToken.specialTokens(named:)))
  }
}
