internal import Artifacts
public import Tokenization

/// The templates that options can choose by name.
public enum TemplateCatalog {
  /// The names, in the order in which messages list them.
  public static let names = ["chatml", "llama3", "instruction", "completion"]

  /// The template `name`, whose every control token `tokenizer` has.
  ///
  /// - Parameters:
  ///   - sequenceTokens: begin and end token for templates without control tokens of their own;
  ///     `nil` takes the tokenizer's.
  /// - Throws: `invalidOption` if there is no such template, or the tokenizer lacks a control token.
  public static func template(
    named name: String, for tokenizer: some Tokenizer, sequenceTokens: SequenceTokens? = nil
  ) throws -> any ChatTemplate {
    let template: any ChatTemplate
    switch name {
    case "chatml": template = ChatMLTemplate()
    case "llama3": template = Llama3Template()
    case "instruction", "completion":
      guard let tokens = sequenceTokens ?? SequenceTokens(of: tokenizer) else {
        let ends = SequenceTokens.known.map { "`\($0.end)`" }.joined(separator: ", ")
        throw AksharaError(
          .invalidOption,
          "the template `\(name)` needs an end token, and the tokenizer \(tokenizer.digest) has "
            + "none of \(ends)", remedy: "name it with `end_token`")
      }
      template = name == "completion" ? CompletionTemplate(tokens) : InstructionTemplate(tokens)
    default:
      throw AksharaError(
        .invalidOption, "there is no template `\(name)`",
        remedy: "use one of: \(names.joined(separator: ", "))")
    }
    for token in template.requiredSpecialTokens where tokenizer.specialToken(token) == nil {
      throw AksharaError(
        .invalidOption,
        "the template `\(name)` needs the control token `\(token)`, which the tokenizer "
          + "\(tokenizer.digest) does not have",
        remedy: "choose another template, or add the token to the tokenizer")
    }
    return template
  }
}
