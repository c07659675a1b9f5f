/// Turns a scene into the messages of a conversation.
///
/// ```
/// INT. ಅಡುಗೆಮನೆ - ಬೆಳಿಗ್ಗೆ        system     INT. ಅಡುಗೆಮನೆ - ಬೆಳಿಗ್ಗೆ
/// ಹಾಲು ಉಕ್ಕುತ್ತಿದೆ.                        ಹಾಲು ಉಕ್ಕುತ್ತಿದೆ.
/// ಮೀನಾ: ಅಜ್ಜಿ, ಕಾಫಿ?          user       ಅಜ್ಜಿ, ಕಾಫಿ?          (name ಮೀನಾ)
/// ಅಜ್ಜಿ: ಕಾಯಬೇಕು, ಮಗು.       assistant  ಕಾಯಬೇಕು, ಮಗು.       (name ಅಜ್ಜಿ)
/// ```
///
/// Everything that is said or done stands in the messages, in order:
/// - The heading and what is done before the first line are the system message; if the assistant
///   has the first line, they are the user message before it.
/// - Lines of one side that follow each other are one message; where several characters speak in
///   it, each line begins with its speaker's name.
/// - What is done between lines belongs to the user's side, in parentheses.
struct SceneConversation {
  /// A message in the making.
  private struct Turn {
    var role: Role
    var pieces: [(speaker: String?, text: String)]
  }

  let scene: Scene
  /// What the scene is called in faults: `scene 3` or `snippet 3`.
  let subject: String
  let casting: Casting
  /// What stands before the setting in the system message.
  let systemPrompt: String?

  /// The messages.
  ///
  /// - Throws: `RowFault` if nobody speaks, or not the assistant.
  func messages() throws -> [Message] {
    let speeches = scene.speeches
    guard !speeches.isEmpty else {
      throw RowFault(
        .noDialogue, "nobody speaks in \(subject)",
        remedy: "give its lines character cues if somebody should")
    }
    let assistants = casting.assistants(in: scene)
    guard speeches.contains(where: { assistants.contains(CharacterName($0.speaker)) }) else {
      var cast = Cast()
      cast.add(scene)
      throw RowFault(
        .noAssistantLine, "the assistant does not speak in \(subject)",
        remedy: "choose also one of \(cast.description)")
    }
    let (setting, turns) = turns(assistants)
    return opening(setting, isAnswered: turns.first?.role == .assistant)
      + turns.map(Self.message)
  }

  private func opening(_ setting: String, isAnswered: Bool) -> [Message] {
    let prompt = systemPrompt ?? ""
    if isAnswered {
      return (prompt.isEmpty ? [] : [Message(.system, .text(prompt))])
        + (setting.isEmpty ? [] : [Message(.user, .text(setting))])
    }
    let system = [prompt, setting].filter { !$0.isEmpty }.joined(separator: "\n\n")
    return system.isEmpty ? [] : [Message(.system, .text(system))]
  }

  /// The setting, and the lines from the first on, one turn a side.
  private func turns(_ assistants: Set<CharacterName>) -> (setting: String, turns: [Turn]) {
    var setting = [scene.heading].compactMap { $0 }
    var turns: [Turn] = []
    func add(_ role: Role, _ speaker: String?, _ text: String) {
      if turns.last?.role == role {
        turns[turns.count - 1].pieces.append((speaker, text))
      } else {
        turns.append(Turn(role: role, pieces: [(speaker, text)]))
      }
    }
    for beat in scene.beats {
      switch beat {
      case .action(let text) where turns.isEmpty: setting.append(text)
      case .action(let text): add(.user, nil, "(\(text))")
      case .speech(let speech):
        let isAssistant = assistants.contains(CharacterName(speech.speaker))
        add(isAssistant ? .assistant : .user, speech.speaker, speech.text)
      }
    }
    return (setting.joined(separator: "\n"), turns)
  }

  private static func message(_ turn: Turn) -> Message {
    let speakers = Set(turn.pieces.compactMap { $0.speaker.map(CharacterName.init) })
    let lines = turn.pieces.map { speaker, text in
      if let speaker, speakers.count > 1 { "\(speaker): \(text)" } else { text }
    }
    let name = speakers.count == 1 ? turn.pieces.lazy.compactMap(\.speaker).first : nil
    return Message(turn.role, .text(lines.joined(separator: "\n")), name: name)
  }
}
