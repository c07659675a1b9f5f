import ArgumentParser
import Tokenization

/// `akshara tokenizer decode`.
struct TokenizerDecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Reads lines of token IDs from standard input; writes the documents.")

  @OptionGroup var source: TokenizerSource

  @Flag(help: "Write no line feeds between documents: the inverse of `encode --whole`.")
  var whole = false

  @OptionGroup var parallel: ThreadOptions

  func run() throws {
    try TokenStream(source.read(), threads: parallel.threads).decode(
      from: DocumentReader("-", layout: .line), separator: whole ? [] : [0x0A],
      write: StandardOutput.write)
  }
}
