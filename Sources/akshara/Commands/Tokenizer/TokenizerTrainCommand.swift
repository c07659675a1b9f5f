import ArgumentParser
import Artifacts
import Tokenization

/// `akshara tokenizer train`.
struct TokenizerTrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a tokenizer on text files and writes a folder that transformers loads.")

  @Argument(help: "Text files; each line is a document. `-` is standard input.")
  var inputs: [String]

  @Option(help: "The folder to write.")
  var output: String

  @Option(help: "The number of tokens, special tokens and the 256 bytes included.")
  var vocabSize: Int

  @Option(help: "How often a pair must stand in the text to become a token.")
  var minFrequency = 0

  @Option(help: "How text is split: \(SplitPattern.names).")
  var pattern = SplitPattern.indic.rawValue

  @Option(
    name: .customLong("special"), parsing: .upToNextOption,
    help: "The special tokens; they get the IDs 0, 1, …")
  var specialTokens: [String] = []

  @Option(help: "The special token that begins a text.")
  var bosToken: String?

  @Option(help: "The special token that ends an answer.")
  var eosToken: String?

  @Option(help: "The special token that fills batches.")
  var padToken: String?

  func run() throws {
    let options = BPETrainerOptions(
      vocabularySize: vocabSize, minimumFrequency: minFrequency, specialTokens: specialTokens,
      pattern: try SplitPattern(named: pattern))
    let folder = TokenizerFolder(bosToken: bosToken, eosToken: eosToken, padToken: padToken)
    try folder.check(against: specialTokens)
    var trainer = try BPETrainer(options)
    for input in inputs { try trainer.consume(contentsOf: input) }
    let tokenizer = try trainer.train()
    try folder.write(tokenizer, to: output)
    StandardError.print(
      "\(tokenizer.vocabularyCount) tokens from \(trainer.byteCount) bytes of text with "
        + "\(trainer.wordCount) different words: \(Path.join(output, "tokenizer.json"))")
  }
}
