import ArgumentParser
import Artifacts
import Batching
import Conversations
import Foundation

/// `akshara labels show`.
struct LabelsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows rows of a shard set: context, what is trained on, control tokens.",
    discussion: """
      On a terminal, context is dim, what is trained on green, and control tokens are on a ground \
      of their own; elsewhere ⟦ and ⟧ stand around what is trained on.
      """)

  @Argument(help: "The shard set's folder.")
  var set: String

  @Option(help: "train, validation or test; without it, every split in turn.")
  var split: Split?

  @Option(help: "The number of one row in its split, counted from 0.")
  var row: Int?

  @Option(help: "The most rows to show. Default: 10, with --json all.")
  var limit: Int?

  @Flag(
    help: """
      One JSON object a row: {"id", "input_ids", "labels", "text", "spans": [{"start", "end", \
      "role", "supervised"}]}; start and end count bytes of the text.
      """)
  var json = false

  func validate() throws {
    if row != nil && limit != nil { throw ValidationError("give --row or --limit, not both") }
    if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
  }

  func run() throws {
    let shards = try ShardSet(set)
    let selection = try ShardSelection(
      of: shards, split: split, row: row, limit: limit ?? (json ? nil : 10))
    let coloured =
      isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
    let painter = LabelPainter(shards.manifest, coloured: coloured)
    for (split, row) in selection {
      let record = try shards.record(split, row)
      if json {
        try StandardOutput.write(record.json.compact + [UInt8(ascii: "\n")])
      } else {
        try StandardOutput.write(Array((painter.paint(record, split, row: row) + "\n").utf8))
      }
    }
  }
}

extension Split: ExpressibleByArgument {}
