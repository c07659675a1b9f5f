import ArgumentParser
import Artifacts
import Batching
import Evaluation
import Foundation
import Tokenization

/// `akshara labels report`.
struct LabelsReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes one page with the ledger, the proof and sampled rows of a shard set.",
    discussion: """
      The page stands by itself and asks for nothing from outside: it can be mailed. Rows are \
      picked by chance, of each kind equally many as far as there are; the same seed picks the \
      same rows. Kinds for which --sample is too small are named. A page may stand in the set's \
      folder, but never in the place of one of its files.

      Example:
        akshara labels report shards --sample 200 --stratify language,source --seed 7 \\
          --output page.html
      """)

  @Argument(help: "The shard set's folder.")
  var set: String

  @Option(help: "How many rows to show.")
  var sample = 200

  @Option(help: "What kinds of rows are told apart by: language, source, template, split.")
  var stratify = "language,source"

  @Option(help: "The seed of the choice.")
  var seed: UInt64 = 7

  @Option(help: "The tokenizer's file or folder. Default: the set's own copy.")
  var tokenizer: String?

  @Option(help: "The page to write.")
  var output: String

  func validate() throws {
    if !(1...10_000 ~= sample) { throw ValidationError("--sample must be 1 to 10,000") }
    _ = try traits()
  }

  private func traits() throws -> [ShardSample.Trait] {
    try stratify.split(separator: ",").map { name in
      guard let trait = ShardSample.Trait(rawValue: String(name)) else {
        let known = ShardSample.Trait.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--stratify names `\(name)`; use: \(known)")
      }
      return trait
    }
  }

  func run() throws {
    let shards = try ShardSet(set)
    let file = try TokenizerPlace.file(tokenizer ?? set)
    try OutputCheck.refuseReplacing(files: try ShardSet.ownFiles(in: set) + [file], by: [output])
    let sampled = ShardSample(of: shards, count: sample, by: try traits(), seed: seed)
    let page = try LabelReportPage(
      shards, rows: sampled, traits: try traits(), seed: seed,
      tokenizer: try BPETokenizer(contentsOf: file),
      created: Date().formatted(.iso8601))
    try AtomicFile.write(page.bytes, to: output)
    StandardError.print("labels report: \(page.rowCount) rows in \(output)")
    if let line = sampled.missingLine { StandardError.print(line) }
  }
}
