import ArgumentParser
import Artifacts
import Batching
import Tokenization

/// `akshara labels verify`.
struct LabelsVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks the labels of every row, and writes the proof into the manifest.",
    discussion: """
      Whatever proof stands there is made anew from the rows. Exit status 3 if faults were found \
      or a file is damaged; the first faults are shown with the tokens around them, and the set \
      does not keep a proof that holds. docs/LABELS.md says what is checked.
      """)

  @Argument(help: "The shard set's folder.")
  var set: String

  @Option(
    help: """
      The tokenizer's file that the set was made with, or its folder. Default: the set's own copy.
      """)
  var tokenizer: String?

  @Option(
    help: """
      The conversations that the set was made of, as JSON Lines in the same order: each message is \
      compared with what stands in its row.
      """)
  var conversations: [String] = []

  @Option(
    help: """
      The token that fills batches up. Default: what the tokenizer's tokenizer_config.json names.
      """)
  var padToken: String?

  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Print the proof and the first faults as JSON.")
  var json = false

  func run() throws {
    let file = try tokenizer.map(TokenizerPlace.file)
    let report = try ShardVerifier.verify(
      folder: set,
      with: .init(
        tokenizer: file, conversations: conversations.isEmpty ? nil : conversations,
        padding: try padToken ?? file.flatMap { try ModelTokens(beside: $0).padding }),
      threads: threads.threads)
    if json { try StandardOutput.write(report.json.pretty) }
    let coloured = StandardError.isColoured
    for line in report.lines(coloured: coloured) where !json { StandardError.print(line) }
    try report.requireNoFaults(in: set)
    if !json {
      StandardError.print(
        TerminalColour.paint(report.conclusion, TerminalColour.right, if: coloured))
    }
  }
}
