import ArgumentParser

/// `akshara tokenizer`: trains tokenizers, and runs them.
struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Trains byte-level BPE tokenizers; encodes text, decodes tokens, converts files.",
    subcommands: [
      TokenizerTrainCommand.self, TokenizerEncodeCommand.self, TokenizerDecodeCommand.self,
      TokenizerConvertCommand.self,
      TokenizerPretokensCommand.self,
    ])
}
