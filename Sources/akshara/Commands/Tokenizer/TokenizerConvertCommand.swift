import ArgumentParser
import Artifacts
import Tokenization

/// `akshara tokenizer convert`.
struct TokenizerConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Writes a tokenizer of any kind as a tokenizer.json.",
    discussion: """
      The file gives the same IDs in Hugging Face tokenizers, with special tokens as text and as \
      tokens. What no tokenizer.json can say is refused by name.
      """)

  @OptionGroup var source: TokenizerSource

  @Option(help: "The tokenizer.json to write; `-` is standard output.")
  var output: String

  func run() throws {
    if output == "-" { return try StandardOutput.write(source.read().tokenizerJSON) }
    try OutputCheck.refuseReplacing(inputs: source.files(), by: [output])
    try source.read().write(tokenizerJSON: output)
  }
}
