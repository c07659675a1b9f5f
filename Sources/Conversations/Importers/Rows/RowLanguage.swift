internal import Orthography

/// Role and text of a message that has nothing else.
struct RowMessage {
  let role: Role
  let text: UnsafeBufferPointer<UInt8>
}

/// Tells the languages of rows: as `Conversation.languageOfText`, without a string for each text.
struct RowLanguage {
  private var sample = LatinSample(guesser: LanguageGuesser())

  /// The language that the script of the answers tells, and for Latin letters their words, if they are
  /// few those of the other messages too; of all messages if the answers have no letters.
  mutating func language(of messages: [RowMessage]) -> String? {
    language(of: messages) { $0 == .assistant } ?? language(of: messages) { _ in true }
  }

  private mutating func language(
    of messages: [RowMessage], where isChosen: (Role) -> Bool
  ) -> String? {
    var tally = ScriptTally()
    for message in messages where isChosen(message.role) { tally.add(message.text) }
    switch tally.language {
    case .none: return nil
    case .other: return Self.profile(of: messages.filter { isChosen($0.role) }).language
    case .tag(let language):
      guard language == "en" else { return language }
      sample.reset()
      for message in messages where isChosen(message.role) { sample.add(message.text) }
      if sample.isShort {
        for message in messages where !isChosen(message.role) { sample.add(message.text) }
      }
      return sample.language
    }
  }

  private static func profile(of messages: [RowMessage]) -> ScriptProfile {
    let texts = messages.flatMap { Array($0.text) }
    return texts.withUnsafeBufferPointer { ScriptProfile(ofUTF8: $0) }
  }
}
