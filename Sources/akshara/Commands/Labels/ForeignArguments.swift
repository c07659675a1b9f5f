import ArgumentParser
import Artifacts
import Batching
import Tokenization

/// What is known of how another tool's set was made; a set of ours says all of it itself.
struct ForeignArguments: ParsableArguments {
  /// How tokens across a border are labelled by those who label with `return_assistant_tokens_mask`.
  static let border = BorderRule.asTransformers

  @Option(
    help: """
      For another tool's set, as all options below: the template that it was rendered with: \
      \(TemplateCatalog.forms).
      """)
  var template: String?

  @OptionGroup var labels: LabelArguments

  @Option(
    help: """
      How texts are cut at an answer's border; as_transformers is what \
      `return_assistant_tokens_mask` does.
      """)
  var border = ForeignArguments.border

  /// Whether something that is no shard set stands at `path` which may be another tool's set.
  static func isForeign(_ path: String) -> Bool {
    Path.exists(path) && !Path.exists(Path.join(path, "manifest.json"))
      && (try? ForeignSet(path)) != nil
  }

  /// A verifier with what is known.
  func verifier(
    tokenizer: String, conversations: [String], padding: String?, threads: Int
  ) throws -> ForeignVerifier {
    var options = labels.options(template.map { [$0] } ?? [])
    options.border = border
    var knowledge = try ForeignVerifier.Knowledge(
      options, isTemplateGiven: template != nil, conversations: conversations, tokenizer: tokenizer)
    knowledge.tokens.padding = padding ?? knowledge.tokens.padding
    return ForeignVerifier(
      tokenizer: try BPETokenizer(contentsOf: tokenizer), knowledge: knowledge, threads: threads)
  }
}
