import ArgumentParser
import Artifacts
import Batching
import Tokenization

/// What is known of how another tool's set was made.
struct ForeignArguments: ParsableArguments {
  @Option(help: "For another tool's set: the template that it was rendered with.")
  var template: String?

  @Option(help: "For another tool's set: what it should train on.")
  var trainOn: TrainOn = FormatOptions().trainOn

  @Option(help: "For another tool's set: which end tokens it should train on.")
  var trainOnEOS: TrainOnEOS = FormatOptions().trainOnEOS

  @Option(help: "For another tool's set: the text that its answers are looked for with.")
  var responseTemplate: String?

  @Option(
    help: """
      For another tool's set: how texts are cut at an answer's border; as_transformers is what \
      `return_assistant_tokens_mask` does.
      """)
  var border: BorderRule = .asTransformers

  /// Whether something that is no shard set stands at `path` which may be another tool's set.
  static func isForeign(_ path: String) -> Bool {
    Path.exists(path) && !Path.exists(Path.join(path, "manifest.json"))
      && (try? ForeignSet(path)) != nil
  }

  /// What is known.
  func knowledge(
    tokenizer: String, conversations: [String], padding: String?
  ) throws -> ForeignVerifier.Knowledge {
    var knowledge = ForeignVerifier.Knowledge()
    knowledge.options = FormatOptions(
      templates: template.map { [$0] } ?? FormatOptions().templates, trainOn: trainOn,
      trainOnEOS: trainOnEOS, responseTemplate: responseTemplate,
      maxLength: FormatOptions.longestRow, border: border)
    knowledge.isTemplateGiven = template != nil
    knowledge.conversations = conversations.isEmpty ? nil : conversations
    knowledge.tokens = try ModelTokens(beside: tokenizer)
    knowledge.tokens.padding = padding ?? knowledge.tokens.padding
    return knowledge
  }

  /// A verifier with what is known.
  func verifier(
    tokenizer: String, conversations: [String], padding: String?, threads: Int
  ) throws -> ForeignVerifier {
    ForeignVerifier(
      tokenizer: try BPETokenizer(contentsOf: tokenizer),
      knowledge: try knowledge(
        tokenizer: tokenizer, conversations: conversations, padding: padding), threads: threads)
  }
}
