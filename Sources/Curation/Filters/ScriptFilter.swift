public import Conversations
internal import Orthography

/// Drops conversations with an answer in the wrong script.
///
/// An answer's script is the one that most of its letters and marks have; one without letters has
/// none and stays. It is wrong
/// - if it is not among the allowed ones, or
/// - if it is a native script (any but Latin), the question before it is mostly in another native
///   script, and has no letter of the answer's script. A question in Kannada that quotes Telugu may
///   be answered in Telugu, and anything may be asked or answered in Latin letters.
public struct ScriptFilter: ConversationFilter {
  private let allowed: [Script]

  /// A filter that allows these scripts, by their ISO 15924 codes; unknown codes are left out.
  public init(allowed codes: [String]) { allowed = codes.compactMap(Script.init(code:)) }

  /// Drops `wrong_script`.
  public func verdict(on conversation: Conversation) -> Verdict {
    var question: ScriptProfile?
    for (index, message) in conversation.messages.enumerated() {
      guard let text = message.content.text else { continue }
      if message.role == .user { question = ScriptProfile(of: text) }
      guard message.isAnswer, let script = ScriptProfile(of: text).dominantScript else { continue }
      if !allowed.contains(script) {
        let list = allowed.map(\.code).joined(separator: ", ")
        return .drop(
          .wrongScript,
          detail: "message \(index + 1) is mostly in \(script), which is not one of \(list)")
      }
      if let asked = question?.dominantScript, Self.isOther(script, than: asked),
        question?.count(of: script) == 0
      {
        return .drop(
          .wrongScript,
          detail: "message \(index + 1) answers in \(script) what is asked in \(asked)")
      }
    }
    return .keep
  }

  private static func isOther(_ script: Script, than asked: Script) -> Bool {
    script != asked && script != .latin && asked != .latin
  }
}
