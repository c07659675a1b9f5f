import ArgumentParser
import Artifacts
import Batching
import Tokenization

/// `akshara shard`.
struct ShardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shard",
    abstract: "Renders conversations, labels their tokens, and writes a shard set.",
    discussion: """
      The set is a folder that `datasets.load_from_disk` opens, with its counts and the proof of \
      its labels in manifest.json. It has the same bytes for any number of threads.
      """)

  @Argument(help: "Conversations as JSON Lines: plain, .gz or .zst.")
  var inputs: [String] = []

  @Option(
    help: """
      A tokenized set of another tool's to rewrite, instead of conversations: its tokens and labels \
      stay as they are. With --template messages are told apart, with --conversations the rows are \
      compared with what they were made of; the manifest names what could not be proven.
      """)
  var from: String?

  @Option(help: "With --from: the conversations that the set was made of.")
  var conversations: [String] = []

  @Flag(help: "With --from: drop rows with faults; they are listed with their reasons.")
  var dropFaulty = false

  @OptionGroup var tokenizer: TokenizerSource

  @Option(
    help: """
      \(TemplateCatalog.names.joined(separator: ", ")); or a Jinja template: FILE.jinja, a \
      tokenizer_config.json, or a model's FOLDER/. Given more than once, each conversation takes \
      one of them by its ID. Left out, the error names those that go with the tokenizer.
      """)
  var template: [String] = []

  @Option(help: "What is trained on.")
  var trainOn: TrainOn = FormatOptions().trainOn

  @Option(help: "Which end tokens are trained on.")
  var trainOnEOS: TrainOnEOS = FormatOptions().trainOnEOS

  @Option(help: "The text behind which `--train-on response-template` begins.")
  var responseTemplate: String?

  @Option(help: "Whether thinking in the answers that are trained on is trained on: true or false.")
  var trainOnThinking = FormatOptions().trainOnThinking

  @Option(help: "Whether tool calls in the answers that are trained on are: true or false.")
  var trainOnToolCalls = FormatOptions().trainOnToolCalls

  @Option(
    help: """
      The day that templates write which name one, such as 2024-07-26; else each template's own, \
      so that rows are the same on every day.
      """)
  var templateDate: TemplateDate?

  @Option(help: "The most tokens in a row.")
  var maxLength = FormatOptions().maxLength

  @Option(help: "What happens to longer rows.")
  var truncation: Truncation = FormatOptions().truncation

  @Option(help: "What happens to tokens that lie across the border of an answer.")
  var border: BorderRule = FormatOptions().border

  @Option(help: "What happens to a conversation for which the template has no form.")
  var onRefusal: RefusalPolicy = FormatOptions().onRefusal

  @Option(
    help: """
      The token that opens sequences in templates without control tokens of their own, such as \
      `alpaca`; needs --end-token.
      """)
  var beginToken: String?

  @Option(help: "The token that ends answers in those templates.")
  var endToken: String?

  @Option(help: "The seed of the choice among templates.")
  var seed = FormatOptions().seed

  @Option(help: "The folder to write.")
  var output: String

  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Print the manifest.")
  var json = false

  func validate() throws {
    if inputs.isEmpty == (from == nil) {
      throw ValidationError("name files of conversations, or a tokenized set with --from")
    }
    if from == nil, dropFaulty || !conversations.isEmpty {
      throw ValidationError("--drop-faulty and --conversations go with --from")
    }
    if from != nil, template.count > 1 {
      throw ValidationError("--from takes one --template")
    }
  }

  private var options: FormatOptions {
    FormatOptions(
      templates: template.isEmpty ? FormatOptions().templates : template, trainOn: trainOn,
      trainOnEOS: trainOnEOS,
      responseTemplate: responseTemplate, trainOnThinking: trainOnThinking,
      trainOnToolCalls: trainOnToolCalls, templateDate: templateDate, maxLength: maxLength,
      truncation: truncation, border: border, onRefusal: onRefusal, beginToken: beginToken,
      endToken: endToken, seed: seed)
  }

  func run() throws {
    let tokenizer = try tokenizer.read()
    if let from { return try rewrite(from, tokenizer) }
    guard !template.isEmpty else { throw TemplateCatalog.missingName(for: tokenizer) }
    let sharder = Sharder(tokenizer: tokenizer, options: options, threads: threads.threads)
    let manifest = try sharder.run(conversations: inputs, output: output)
    try finish(manifest)
  }

  private func finish(_ manifest: ShardManifest) throws {
    if json { try StandardOutput.write(manifest.json.pretty) }
    StandardError.print(manifest.summary)
    guard manifest.proof?.holds != true else { return }
    let set = try ShardSet(output)
    try set.requireProof(accepting: SupervisionProof.Unproven.allCases)
  }

  private func rewrite(_ set: String, _ own: BPETokenizer) throws {
    let file = try TokenizerPlace.file(tokenizer.tokenizer)
    var knowledge = ForeignVerifier.Knowledge()
    knowledge.options = options
    knowledge.options.maxLength = FormatOptions.longestRow
    knowledge.options.border = .asTransformers
    knowledge.isTemplateGiven = !template.isEmpty
    knowledge.conversations = conversations.isEmpty ? nil : conversations
    knowledge.tokens = try ModelTokens(beside: file)
    let sharder = ForeignSharder(
      tokenizer: own, knowledge: knowledge, dropsFaulty: dropFaulty, threads: threads.threads)
    let (manifest, report) = try sharder.run(try ForeignSet(set), output: output)
    for line in report.lines(coloured: StandardError.isColoured) { StandardError.print(line) }
    try finish(manifest)
  }
}

extension TrainOn: ExpressibleByArgument {}
extension TrainOnEOS: ExpressibleByArgument {}
extension Truncation: ExpressibleByArgument {}
extension BorderRule: ExpressibleByArgument {}
extension RefusalPolicy: ExpressibleByArgument {}
extension TemplateDate: ExpressibleByArgument {
  /// Reads `2024-07-26`.
  public init?(argument: String) { self.init(argument) }
}
