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
      or a file is damaged; the first faults are shown, and the set does not keep a proof that \
      holds.
      """)

  @Argument(help: "The shard set's folder.")
  var set: String

  @Option(
    help: """
      The tokenizer's file that the set was made with, or its folder. Default: the set's own copy.
      """)
  var tokenizer: String?

  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Print the proof and the first faults as JSON.")
  var json = false

  func run() throws {
    let report = try ShardVerifier.verify(
      folder: set, tokenizer: tokenizer.map(TokenizerPlace.file), threads: threads.threads)
    if json { try StandardOutput.write(report.json.pretty) }
    for line in report.lines where !json { StandardError.print(line) }
    try report.requireNoFaults(in: set)
    if !json { StandardError.print("\(report.proof.rows) rows checked: the proof holds") }
  }
}
