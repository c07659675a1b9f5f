import ArgumentParser
import Artifacts
import Batching
import Foundation
import Serving

/// `akshara view`.
struct ViewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "view",
    abstract: "Shows rows on a local web page: to look, search, compare, accept and reject.",
    discussion: """
      Prints the address to open; it holds the key to the page. The server answers on this \
      machine alone (127.0.0.1) and asks nothing of any other; after a login by SSH the line for a \
      tunnel is printed, too. Ctrl-C ends it.

      Verdicts and notes go to a file of JSON Lines beside what is shown; `akshara curate \
      --verdicts FILE` drops what was rejected. Press ? on the page for its keys.
      """)

  @Argument(
    help: """
      A shard set's folder, or conversations as JSON Lines (plain, .gz, .zst), or the folder that \
      `akshara curate` wrote.
      """)
  var path: String

  @Option(
    help: """
      The tokenizer's file or folder. Default: the set's own copy; conversations are shown without \
      tokens.
      """)
  var tokenizer: String?

  @Option(
    help: """
      The template that conversations are rendered with: \(TemplateCatalog.forms).
      """)
  var template = "chatml"

  @Option(help: "Another tokenizer, to compare each row with.")
  var compareTokenizer: String?

  @Option(help: "Another template, to compare each row with; the same forms.")
  var compareTemplate: String?

  @Option(
    help: "The file for verdicts and notes. Default: <path>.verdicts.jsonl, beside what is shown.")
  var verdicts: String?

  @Option(help: "The port on 127.0.0.1. Default: one that is free.")
  var port = 0

  @Flag(help: "Print the address as JSON: {\"url\", \"port\"}.")
  var json = false

  func run() throws {
    let server = try ViewServer(
      ViewOptions(
        path, tokenizer: tokenizer, template: template, otherTokenizer: compareTokenizer,
        otherTemplate: compareTemplate, verdicts: verdicts, port: port))
    // Browsers go away in the middle of answers; that ends a connection, not the server.
    signal(SIGPIPE, SIG_IGN)
    let asksJSON = json
    try server.run { address in
      let line: JSONValue = ["url": .string(address.url), "port": JSONValue(address.port)]
      let text = asksJSON ? line.compactString : address.url
      try? StandardOutput.write(Array((text + "\n").utf8))
      let tunnel = address.tunnel(
        connection: ProcessInfo.processInfo.environment["SSH_CONNECTION"], user: NSUserName())
      if let tunnel {
        StandardError.print("to open it on your own machine, run there: \(tunnel)")
      }
      StandardError.print("Ctrl-C ends it")
    }
  }
}
