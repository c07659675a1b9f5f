import ArgumentParser
import Artifacts
import Tokenization

/// `akshara tokenizer train`.
struct TokenizerTrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a tokenizer on text files and writes a folder that transformers loads.",
    discussion: """
      The merges are those of HF tokenizers' BpeTrainer, in the same order, unless \
      --keep-aksharas or --balance asks for something else. Files may be plain, .gz or .zst. \
      Each line is a document; of .jsonl and .ndjson files each row's text is one. Of a folder \
      all .txt, .text, .md, .jsonl and .ndjson files are read. Memory grows with the different \
      words, not with the text.
      """)

  @Argument(help: "Files and folders. `-` is standard input.")
  var inputs: [String]

  @Option(help: "The folder to write.")
  var output: String

  @Option(help: "The number of tokens, special tokens and the 256 bytes included.")
  var vocabSize: Int

  @Option(help: "How often a pair must stand in the text to become a token.")
  var minFrequency = 0

  @Option(help: "New tokens of more than two bytes must be shorter than this.")
  var maxTokenLength: Int?

  @Option(help: "How text is split: \(SplitPattern.names).")
  var pattern = SplitPattern.indic.rawValue

  @Flag(help: "Make frequent aksharas first, so that hardly a token border falls inside one.")
  var keepAksharas = false

  @Option(
    help: """
      Weigh the inputs until all cost the same: `characters`, tokens for each character; `text`, \
      tokens in all, for inputs that say the same in several languages.
      """)
  var balance: FertilityMeasure?

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

  @Option(help: "The field of JSON Lines rows that holds the text.")
  var field = "text"

  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Print what was done as JSON.")
  var json = false

  func run() throws {
    let options = try trainerOptions()
    let folder = TokenizerFolder(bosToken: bosToken, eosToken: eosToken, padToken: padToken)
    try folder.check(against: specialTokens)
    var trainer = try BPETrainer(options, threads: threads.threads)
    for input in inputs { try consume(input, &trainer) }
    ProgressLine.show("learning merges")
    let tokenizer = try trainer.train()
    ProgressLine.show("")
    try folder.write(tokenizer, to: output)
    if let report = trainer.report { print(report) }
  }

  private func trainerOptions() throws -> BPETrainerOptions {
    var options = BPETrainerOptions(
      vocabularySize: vocabSize, minimumFrequency: minFrequency, specialTokens: specialTokens,
      pattern: try SplitPattern(named: pattern))
    options.maximumTokenLength = maxTokenLength
    options.keepsAksharas = keepAksharas
    options.balance = balance
    return options
  }

  /// Counts the words of one input, which is a source of its own.
  private func consume(_ input: String, _ trainer: inout BPETrainer) throws {
    let files = try TrainingFiles([input])
    for path in files.skipped { StandardError.print("not read, as it is no text file: \(path)") }
    trainer.beginSource(input)
    for path in files.paths {
      try trainer.consume(contentsOf: path, field: field) { count in
        ProgressLine.show("counting words: \(path), \(count / 1_000_000) MB of \(input)")
      }
    }
  }

  private func print(_ report: TrainingReport) {
    StandardError.print(
      "\(report.tokenCount) tokens from \(report.byteCount) bytes of text with "
        + "\(report.wordCount) different words: \(Path.join(output, "tokenizer.json"))")
    if json { Swift.print(report.json.compactString) }
  }
}

extension FertilityMeasure: ExpressibleByArgument {}
