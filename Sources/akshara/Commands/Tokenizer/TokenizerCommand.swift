import ArgumentParser

/// `akshara tokenizer`: trains tokenizers, and runs them.
struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Trains, extends, compares and converts tokenizers; encodes text, decodes tokens.",
    subcommands: [
      TokenizerTrainCommand.self, TokenizerExtendCommand.self, TokenizerReportCommand.self,
      TokenizerEncodeCommand.self, TokenizerDecodeCommand.self, TokenizerConvertCommand.self,
      TokenizerPretokensCommand.self,
    ])
}
