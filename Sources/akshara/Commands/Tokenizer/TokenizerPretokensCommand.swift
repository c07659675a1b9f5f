import ArgumentParser
import Artifacts
import Tokenization

/// `akshara tokenizer pretokens`.
struct TokenizerPretokensCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pretokens",
    abstract: "Shows how text is split before it is encoded, which no token crosses.",
    discussion: """
      Reads documents from standard input, one a line, and writes them with `|` between the pieces.

        echo 'ಕನ್ನಡ 123' | akshara tokenizer pretokens --pattern indic
      """)

  @Option(help: "Split as a tokenizer.json says.")
  var tokenizer: String?

  @Option(help: "Split as a named pattern says: \(SplitPattern.names).")
  var pattern: String?

  @Option(help: "Split at the matches of a regular expression.")
  var regex: String?

  @Flag(help: "Take all of standard input as one document.")
  var whole = false

  @Flag(help: #"Write {"ends": […], "removed": […]}: byte offsets behind the pieces."#)
  var json = false

  func validate() throws {
    guard [tokenizer, pattern, regex].compactMap(\.self).count == 1 else {
      throw ValidationError("Give one of --tokenizer, --pattern and --regex.")
    }
  }

  func run() throws {
    try PretokenStream(pretokenizer()).run(
      from: DocumentReader("-", layout: whole ? .whole : .line), as: json ? .json : .text,
      write: StandardOutput.write)
  }

  private func pretokenizer() throws -> Pretokenizer {
    if let pattern { return Pretokenizer(try SplitPattern(named: pattern)) }
    if let regex { return try Pretokenizer(.split(.regex(regex), .isolated, inverted: false)) }
    let path = tokenizer ?? ""
    if let pretokenizer = try BPETokenizer(contentsOf: path).pretokenizer { return pretokenizer }
    throw AksharaError(
      .unsupported, "this tokenizer rewrites text before it is cut", at: SourceLocation(file: path),
      remedy: "look at its tokens instead: akshara tokenizer encode --strings")
  }
}
