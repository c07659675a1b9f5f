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
      its labels in manifest.json. It has the same bytes for any number of threads. An older set at \
      --output is replaced, but never one that somebody approved, nor a folder that holds anything \
      else.
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
      \(TemplateCatalog.forms). Given more than once, each conversation takes one of them by its \
      ID. Left out, the error names those that go with the tokenizer.
      """)
  var template: [String] = []

  @OptionGroup var labels: LabelArguments

  @Option(help: "The most tokens in a row.")
  var maxLength = FormatOptions().maxLength

  @Option(help: "What happens to longer rows.")
  var truncation: Truncation = FormatOptions().truncation

  @Option(
    help: """
      What happens to tokens that lie across the border of an answer. Default: \
      \(FormatOptions().border.rawValue), with --from \(ForeignArguments.border.rawValue).
      """)
  var border: BorderRule?

  @Option(help: "What happens to a conversation for which the template has no form.")
  var onRefusal: RefusalPolicy = FormatOptions().onRefusal

  @Option(help: "The seed of the choice among templates.")
  var seed = FormatOptions().seed

  @Option(help: "The folder to write; an older set there is replaced.")
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
    var options = labels.options(template)
    options.maxLength = maxLength
    options.truncation = truncation
    options.border = border ?? options.border
    options.onRefusal = onRefusal
    options.seed = seed
    return options
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
    if let warning = manifest.warning { StandardError.print(warning) }
    guard manifest.proof?.holds != true else { return }
    let set = try ShardSet(output)
    try set.requireProof(accepting: SupervisionProof.Unproven.allCases)
  }

  private func rewrite(_ set: String, _ own: BPETokenizer) throws {
    var options = options
    options.border = border ?? ForeignArguments.border
    let knowledge = try ForeignVerifier.Knowledge(
      options, isTemplateGiven: !template.isEmpty, conversations: conversations,
      tokenizer: TokenizerPlace.file(tokenizer.tokenizer))
    let sharder = ForeignSharder(
      tokenizer: own, knowledge: knowledge, dropsFaulty: dropFaulty, threads: threads.threads)
    let (manifest, report) = try sharder.run(try ForeignSet(set), output: output)
    for line in report.lines(coloured: StandardError.isColoured) { StandardError.print(line) }
    try finish(manifest)
  }
}

extension Truncation: ExpressibleByArgument {}
extension BorderRule: ExpressibleByArgument {}
extension RefusalPolicy: ExpressibleByArgument {}
