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

  @Option(
    help: """
      What tokens are made of. `byte-level`: bytes, as in Llama 3. `sentencepiece`: characters, and \
      bytes for rare ones, as in Llama 2.
      """)
  var model = BPEModelKind.byteLevel

  @Option(help: "How often a pair must stand in the text to become a token.")
  var minFrequency = 0

  @Option(help: "New tokens of more than two bytes must be shorter than this.")
  var maxTokenLength: Int?

  @Option(help: "How text is split, for `byte-level`: \(SplitPattern.names). (default: indic)")
  var pattern: String?

  @Option(
    help: """
      How much of the text the characters that get a token make up, for `sentencepiece`. \
      (default: 0.9995)
      """)
  var characterCoverage: Double?

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
    help: """
      The special tokens; they get the IDs 0, 1, … (default for `sentencepiece`: \
      \(BPETrainerOptions.sentencePieceTokens.joined(separator: " ")))
      """)
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
    let description = TokenizerFolder(bosToken: bosToken, eosToken: eosToken, padToken: padToken)
    try description.check(against: options.specialTokens)
    let folder = try TokenizerFolder.begin(at: output, inputs: inputs.filter { $0 != "-" })
    var trainer = try BPETrainer(options, threads: threads.threads)
    for input in inputs { try consume(input, &trainer) }
    ProgressLine.show("learning merges")
    let tokenizer = try trainer.train()
    ProgressLine.show("")
    try description.write(tokenizer, to: folder.workPath)
    try folder.commit()
    if let report = trainer.report { try print(report) }
  }

  private func trainerOptions() throws -> BPETrainerOptions {
    var options = BPETrainerOptions(
      vocabularySize: vocabSize, minimumFrequency: minFrequency, specialTokens: specialTokens)
    options.model = model
    switch model {
    case .byteLevel:
      try refuse("--character-coverage", ifGiven: characterCoverage)
      if let pattern { options.pattern = try SplitPattern(named: pattern) }
    case .sentencePiece:
      try refuse("--pattern", ifGiven: pattern)
      if let characterCoverage { options.characterCoverage = characterCoverage }
      if specialTokens.isEmpty { options.specialTokens = BPETrainerOptions.sentencePieceTokens }
    }
    options.maximumTokenLength = maxTokenLength
    options.keepsAksharas = keepAksharas
    options.balance = balance
    return options
  }

  /// An option that the model does not have is a mistake, never ignored.
  private func refuse(_ option: String, ifGiven value: Any?) throws {
    guard value != nil else { return }
    throw AksharaError(
      .invalidOption, "`\(option)` means nothing for `--model \(model.rawValue)`",
      remedy: "leave it out")
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

  private func print(_ report: TrainingReport) throws {
    for source in report.sources where source.byteCount == 0 {
      StandardError.print("warning: no text in \(source.name)")
    }
    StandardError.print(
      "\(report.tokenCount) tokens from \(report.byteCount) bytes of text with "
        + "\(report.wordCount) different words: \(Path.join(output, "tokenizer.json"))")
    if json { try StandardOutput.write(report.json.compact + [UInt8(ascii: "\n")]) }
  }
}

extension FertilityMeasure: ExpressibleByArgument {}
extension BPEModelKind: ExpressibleByArgument {}
