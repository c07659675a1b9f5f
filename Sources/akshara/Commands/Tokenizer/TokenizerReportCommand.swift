import ArgumentParser
import Artifacts
import Evaluation
import Tokenization

/// `akshara tokenizer report`.
struct TokenizerReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Compares tokenizers on texts: tokens a word and an akshara, torn characters, cost.")

  @Argument(help: "Text files, plain, gzip or zstd; each line is a document.")
  var inputs: [String]

  @Option(
    name: .customLong("tokenizer"),
    help: "NAME=PATH or PATH of a tokenizer.json or its folder; give it once for each tokenizer.")
  var tokenizers: [String]

  @Option(help: "The HTML page to write.")
  var output: String?

  @Option(help: "The tokens of the context window that the report speaks of.")
  var context = 8192

  @Flag(help: "Write the numbers as JSON to standard output.")
  var json = false

  func run() throws {
    guard output != nil || json else {
      throw AksharaError(
        .invalidOption, "the report has no place to go", remedy: "give --output or --json")
    }
    guard context > 0 else {
      throw AksharaError(
        .invalidOption, "a context of `\(context)` tokens holds nothing", remedy: "give at least 1")
    }
    let named = tokenizers.map(Self.named)
    try OutputCheck.refuseReplacing(
      inputs: inputs + named.map { try TokenizerPlace.file($0.path) }, by: output.map { [$0] } ?? []
    )
    var comparison = try TokenizerComparison(
      named.map { ($0.name, try BPETokenizer(contentsOf: $0.path)) })
    for input in inputs { try comparison.consume(contentsOf: input) }
    let sources = Set(comparison.bySource.map(\.source))
    for input in inputs where !sources.contains(input) {
      StandardError.print("warning: no text in \(input)")
    }
    if let output {
      try AtomicFile.write(TokenizerReportPage(comparison, context: context).bytes, to: output)
      StandardError.print("compared \(named.count) tokenizers: \(output)")
    }
    if json { try StandardOutput.write(comparison.json(context: context).pretty) }
  }

  private static func named(_ text: String) -> (name: String, path: String) {
    guard !Path.exists(text), let sign = text.firstIndex(of: "=") else {
      return (text, NamedTokenizer.path(text))
    }
    return (String(text[..<sign]), NamedTokenizer.path(String(text[text.index(after: sign)...])))
  }
}
