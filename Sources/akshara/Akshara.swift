import ArgumentParser

/// The command `akshara`.
@main
struct Akshara: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "akshara",
    abstract: "Turns raw Kannada, Telugu and English text into fine-tuned language models.",
    subcommands: [TokenizerCommand.self, GenerateCommand.self])
}
