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
      On a terminal, context is dim, what is trained on green, padding crossed out, and control \
      tokens are on a ground of their own; elsewhere, and where NO_COLOR is set, ⟦ and ⟧ stand \
      around what is trained on. --aksharas draws │ where a token ends, ╎ where it ends inside an \
      akshara, and · between the aksharas of one token. `akshara view` shows the same on a page.
      """)

  @Argument(help: "The shard set's folder.")
  var set: String

  @Option(help: "train, validation or test; without it, every split in turn.")
  var split: Split?

  @Option(help: "The number of one row in its split, counted from 0.")
  var row: Int?

  @Option(help: "The conversation's ID: its rows are shown.")
  var id: String?

  @Flag(help: "Draw the borders of tokens and aksharas.")
  var aksharas = false

  @Flag(help: "A line a token, with its ID and label.")
  var ids = false

  @Flag(help: "A line a token, with its bytes.")
  var bytes = false

  @Option(
    help: """
      The tokenizer's file that the set was made with, or its folder. Default: the set's own copy.
      """)
  var tokenizer: String?

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
    if row != nil && id != nil { throw ValidationError("give --row or --id, not both") }
    if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
    if json && (aksharas || ids || bytes) {
      throw ValidationError("--json has its own form; leave out --aksharas, --ids and --bytes")
    }
  }

  func run() throws {
    let shards = try ShardSet(set)
    let selection = try ShardSelection(
      of: shards, split: split, row: row, id: id, limit: limit ?? (json ? nil : 10))
    let gallery = try json ? nil : LabelGallery(shards, tokenizer: tokenizer, options: options)
    for (split, row) in selection {
      if let gallery {
        let picture = try gallery.paint(split, row)
        try StandardOutput.write(Array((picture + "\n").utf8))
      } else {
        let record = try shards.record(split, row)
        try StandardOutput.write(record.json.compact + [UInt8(ascii: "\n")])
      }
    }
  }

  private var options: LabelPainter.Options {
    let isColoured =
      isatty(STDOUT_FILENO) == 1
      && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
    let chosen: [(Bool, LabelPainter.Options)] = [
      (isColoured, .coloured), (aksharas, .aksharas), (ids, .ids), (bytes, .bytes),
    ]
    return LabelPainter.Options(chosen.filter(\.0).map(\.1))
  }
}

extension Split: ExpressibleByArgument {}
