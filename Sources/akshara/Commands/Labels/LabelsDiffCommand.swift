import ArgumentParser
import Artifacts
import Batching

/// `akshara labels diff`.
struct LabelsDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Says which rows of two shard sets differ in tokens or labels, and why.",
    discussion: """
      Rows are matched by their conversations' IDs. Reasons: text_changed, template, truncation, \
      tokenizer, train_on, weights, split, only_in_old, only_in_new.
      """)

  @Argument(help: "The old shard set's folder.")
  var old: String

  @Argument(help: "The new shard set's folder.")
  var new: String

  @Flag(help: "Print the differences as JSON.")
  var json = false

  func run() throws {
    let difference = try ShardDifference(from: try ShardSet(old), to: try ShardSet(new))
    let lines = difference.lines.joined(separator: "\n") + "\n"
    try StandardOutput.write(json ? difference.json.pretty : Array(lines.utf8))
  }
}
