import ArgumentParser
import Artifacts
import Batching

/// `akshara export`.
struct ExportCommand: ParsableCommand {
  /// What a shard set can be written as.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case parquet
  }

  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a shard set as Parquet files, as hubs keep data sets.",
    discussion: """
      DIR/data/train-00000-of-00001.parquet and so on, with the manifest beside them. The columns \
      are input_ids, attention_mask and labels, then id, template, text, language, source, tags and \
      spans. Needs the Arrow plug-in (tools/build-arrow-plugin). A shard set itself opens with \
      `datasets.load_from_disk` as it is.

      Example:
        akshara export shards --format parquet --output parquet
      """)

  @Argument(help: "The shard set's folder.")
  var set: String

  @Option(help: "The format to write.")
  var format: Format = .parquet

  @Flag(help: "Leave out the columns beside the tokens: some trainers take no others.")
  var tokensOnly = false

  @Option(help: "The folder to write.")
  var output: String

  func run() throws {
    let names = try ShardExport(try ShardSet(set), tokensOnly: tokensOnly).write(to: output)
    StandardError.print("export: \(names.count) files in \(output)")
  }
}
