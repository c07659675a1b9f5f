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

      Sets of other tools' are checked too: a folder that `datasets` saved (axolotl, \
      LLaMA-Factory), Parquet, Arrow or JSON Lines with `input_ids` and `labels`, or with TRL's \
      masks. These need --tokenizer; with --template more can be checked, and with \
      --conversations beside it everything. What could not be checked is said.

      Example:
        akshara labels verify last_run_prepared --tokenizer Qwen2.5-7B --template chatml \\
          --conversations chats.jsonl
      """)

  @Argument(help: "The shard set's folder, or another tool's set.")
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

  @OptionGroup var foreign: ForeignArguments

  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Print the proof and the first faults as JSON.")
  var json = false

  func run() throws {
    guard ShardSet.stands(at: set) || !ForeignArguments.isForeign(set) else {
      return try runForeign()
    }
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
    guard !json else { return }
    StandardError.print(
      TerminalColour.paint(report.conclusion, TerminalColour.right, if: coloured))
    StandardError.print(try approvalLine())
  }

  /// Who has approved the set; a file that does not say so has no part in the proof.
  private func approvalLine() throws -> String {
    do { return try ShardSet(set).approvalState().line } catch let error as AksharaError
      where error.code == .malformed
    { return "\(error)" }
  }

  private func runForeign() throws {
    guard let tokenizer else {
      throw AksharaError(
        .invalidOption, "the set of another tool needs the tokenizer that it was made with",
        at: SourceLocation(file: set), remedy: "name it with --tokenizer")
    }
    let verifier = try foreign.verifier(
      tokenizer: TokenizerPlace.file(tokenizer), conversations: conversations, padding: padToken,
      threads: threads.threads)
    let report = try verifier.verify(try ForeignSet(set))
    if json { try StandardOutput.write(report.json.pretty) }
    let coloured = StandardError.isColoured
    for line in report.lines(coloured: coloured) where !json { StandardError.print(line) }
    try report.requireNoFaults()
    let colour = report.isProven ? TerminalColour.right : TerminalColour.notice
    if !json {
      StandardError.print(TerminalColour.paint(report.conclusion, colour, if: coloured))
    }
  }
}
