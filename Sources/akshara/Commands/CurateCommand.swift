import ArgumentParser
import Artifacts
import Curation

/// `akshara curate`.
struct CurateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "curate",
    abstract: "Keeps, changes or drops conversations, and splits what is kept.",
    discussion: """
      Writes a folder with conversations.jsonl, dropped.jsonl (each dropped record with its reason) \
      and report.json. Conversations of one group stay on one side of the split.
      """)

  @Argument(help: "Conversations as JSON Lines (plain, .gz, .zst), or patterns with * and ?.")
  var inputs: [String]

  @Option(help: "The folder to write.")
  var output: String

  @Option(help: "The fraction of groups that is held out while training.")
  var validationFraction = CurationOptions().validationFraction

  @Option(help: "The fraction of groups that is held out until the end.")
  var testFraction = CurationOptions().testFraction

  @Option(help: "Decides which groups are held out.")
  var seed = CurationOptions().seed

  @Option(parsing: .upToNextOption, help: "The scripts of answers, by ISO 15924 codes.")
  var scripts: [String] = CurationOptions().scripts

  @Option(help: "The fewest characters that the answers have together.")
  var minCharacters = CurationOptions().minCharacters

  @Option(help: "Which duplicates are dropped: exact or none.")
  var dropDuplicates = CurationOptions().dropDuplicates

  @Option(
    help: ArgumentHelp(
      "How text is normalized: nfc, none, standard, or choices such as "
        + "joiners=drop_without_effect,digits=ascii.",
      valueName: "policy"))
  var normalization = "nfc"

  @Option(
    help: """
      Verdicts that `akshara view` wrote: what is rejected there, by its ID, is dropped as \
      rejected_by_review.
      """)
  var verdicts: String?

  @Flag(help: "Print the report as JSON at the end.")
  var json = false

  func run() throws {
    var options = CurationOptions()
    options.validationFraction = validationFraction
    options.testFraction = testFraction
    options.seed = seed
    options.scripts = scripts
    options.minCharacters = minCharacters
    options.dropDuplicates = dropDuplicates
    try options.setNormalization(normalization)
    let report = try Curator(options: options, verdicts: verdicts).run(
      inputs: inputs, output: output)
    StandardError.print(report.summary)
    if json { print(report.json.compactString) }
  }
}

extension CurationOptions.Duplicates: ExpressibleByArgument {}
