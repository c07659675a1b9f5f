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
  var inputs: [String]

  @OptionGroup var tokenizer: TokenizerSource

  @Option(
    help: """
      \(TemplateCatalog.names.joined(separator: ", ")). Given more than once, each conversation \
      takes one of them by its ID. Left out, the error names those that go with the tokenizer.
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

  func run() throws {
    let tokenizer = try tokenizer.read()
    guard !template.isEmpty else { throw TemplateCatalog.missingName(for: tokenizer) }
    let options = FormatOptions(
      templates: template, trainOn: trainOn, trainOnEOS: trainOnEOS,
      responseTemplate: responseTemplate, trainOnThinking: trainOnThinking,
      trainOnToolCalls: trainOnToolCalls, templateDate: templateDate, maxLength: maxLength,
      truncation: truncation, border: border, onRefusal: onRefusal, beginToken: beginToken,
      endToken: endToken, seed: seed)
    let sharder = Sharder(tokenizer: tokenizer, options: options, threads: threads.threads)
    let manifest = try sharder.run(conversations: inputs, output: output)
    if json { try StandardOutput.write(manifest.json.pretty) }
    StandardError.print(manifest.summary)
    if manifest.proof?.holds != true { try ShardSet(output).requireProof() }
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
