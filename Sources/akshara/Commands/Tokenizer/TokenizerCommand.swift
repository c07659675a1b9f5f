import ArgumentParser

/// `akshara tokenizer`: trains tokenizers, and runs them.
struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Trains, extends and compares tokenizers; encodes text and decodes tokens.",
    subcommands: [
      TokenizerTrainCommand.self, TokenizerExtendCommand.self, TokenizerReportCommand.self,
      TokenizerEncodeCommand.self,
      TokenizerDecodeCommand.self,
    ])
}
