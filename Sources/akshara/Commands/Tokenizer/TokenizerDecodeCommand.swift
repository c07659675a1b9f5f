import ArgumentParser
import Tokenization

/// `akshara tokenizer decode`.
struct TokenizerDecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Reads lines of token IDs from standard input; writes the documents.")

  @Option(help: "A tokenizer.json, or a tiktoken rank file.")
  var tokenizer: String

  @Option(help: "How text is split, for a rank file: \(SplitPattern.names).")
  var pattern: String?

  @Flag(help: "Write no line feeds between documents: the inverse of `encode --whole`.")
  var whole = false

  func run() throws {
    let tokenizer = try BPETokenizer(
      contentsOf: tokenizer, pattern: pattern.map(SplitPattern.init(named:)))
    try TokenStream(tokenizer).decode(
      from: DocumentReader("-", layout: .line), separator: whole ? [] : [0x0A],
      write: StandardOutput.write)
  }
}
