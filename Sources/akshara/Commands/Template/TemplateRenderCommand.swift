import ArgumentParser
import Artifacts
import Batching
import Conversations
import Tokenization

/// `akshara template render`.
struct TemplateRenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Renders conversations as text, one JSON object a line.",
    discussion: """
      Each line is {"id", "text"}, or {"id", "error"} for a conversation that the template refuses; \
      then the exit status is 3. With --spans, "spans" says what each stretch of bytes is: \
      {"start", "end", "kind", "role", "message", "control", "supervised"}.
      """)

  @Argument(
    help: """
      \(TemplateCatalog.forms).
      """)
  var template: String

  @Argument(help: "Conversations as JSON Lines: plain, .gz or .zst.")
  var inputs: [String]

  @Option(help: "A tokenizer, as for `shard`: says which texts are control tokens.")
  var tokenizer: String?

  @Option(
    help: """
      The day that the template writes, such as 2024-07-26, which is the default for a Jinja \
      template.
      """)
  var templateDate: TemplateDate?

  @Flag(help: "Open the assistant's next message, as at inference.")
  var addGenerationPrompt = false

  @Flag(help: "Say what each stretch of the text is; needs --tokenizer.")
  var spans = false

  func validate() throws {
    if tokenizer == nil, spans { throw ValidationError("--spans needs --tokenizer") }
    if tokenizer == nil, !TemplateCatalog.isFile(template) {
      throw ValidationError("the template `\(template)` needs --tokenizer")
    }
  }

  func run() throws {
    let tokenizer = try tokenizer.map { try BPETokenizer(contentsOf: $0) }
    let renderer = try ConversationRenderer(
      template, tokenizer: tokenizer, date: templateDate, opensAnswer: addGenerationPrompt)
    var refused = 0
    for path in inputs {
      let reader = try ConversationReader(path)
      while let conversation = try reader.next() {
        let line = renderer.line(for: conversation, withSpans: spans)
        if line["error"] != nil { refused += 1 }
        try StandardOutput.write(line.compact + [UInt8(ascii: "\n")])
      }
    }
    if refused > 0 {
      throw AksharaError(
        .checkFailed, "the template refuses \(refused) conversations",
        remedy: "read why in their lines")
    }
  }
}
