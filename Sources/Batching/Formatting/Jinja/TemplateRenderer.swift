internal import Artifacts
internal import Conversations
internal import Jinja

/// Renders conversations with a Jinja template into atoms.
struct TemplateRenderer: Sendable {
  let name: String
  let template: Template
  let variables: TemplateVariables
  let matcher: ControlTokenMatcher
  let date: CivilDate

  /// The rendered text in atoms.
  ///
  /// - Throws: `unsupported`, with the template's line, if it refuses the conversation.
  func atoms(
    of conversation: Conversation, addsGenerationPrompt: Bool
  ) throws -> [TemplateAtom] {
    matcher.atoms(
      of: try rendering(of: conversation, addsGenerationPrompt: addsGenerationPrompt))
  }

  /// The rendered text.
  ///
  /// - Throws: as `atoms`.
  func rendering(
    of conversation: Conversation, addsGenerationPrompt: Bool
  ) throws -> Rendering {
    let values = variables.values(
      for: conversation, addsGenerationPrompt: addsGenerationPrompt)
    do {
      return try template.render(values, date: date)
    } catch let error as JinjaError {
      throw refusal(of: conversation, error)
    }
  }

  private func refusal(of conversation: Conversation, _ error: JinjaError) -> AksharaError {
    let line = error.line.map { ", line \($0)," } ?? ""
    let words =
      switch error.kind {
      case .refused: "refuses conversation `\(conversation.id)`: \(error.message)"
      default: "cannot render conversation `\(conversation.id)`: \(error.message)"
      }
    return AksharaError(
      .unsupported, "the template `\(name)`\(line) \(words)",
      remedy: "change the conversation, or choose another template")
  }
}
