import ArgumentParser
import Artifacts
import Conversations

/// How scenes and snippets become conversations: shared by `import` and `inspect`.
struct SceneArguments: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: "The characters that speak as assistant; '*' is the last speaker of each scene.")
  var assistant: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      What is asked about each scene: continue (its second half), punch-up (the dialogue after a \
      draft of first sentences), summarize (the author's synopsis), shot-list (its action lines).
      """, valueName: "task"))
  var tasks: [String] = []

  @Option(
    help: ArgumentHelp("The system message of every conversation: a file.", valueName: "file"))
  var systemPrompt: String?

  @Option(help: "The most turns of a scene before an answer; else all.")
  var contextTurns: Int?

  @Option(help: "The most bytes of UTF-8 before an answer (never fewer than its tokens); else any.")
  var contextTokens: Int?

  @Option(help: "Decides which sentence asks for a task.")
  var seed = 0

  /// Writes the values into options.
  ///
  /// - Throws: `invalidOption`; `missingFile`, `unreadable`, `malformed` for the system prompt.
  func apply(to options: inout ImportOptions) throws {
    options.assistant = assistant
    options.tasks = try ImportOptions.tasks(tasks)
    options.contextTurns = contextTurns
    options.contextTokens = contextTokens
    options.seed = seed
    guard let systemPrompt else { return }
    let text = try TextFile(systemPrompt, maximumSize: 1 << 20).text
    options.systemPrompt = text.trimmingSuffix(while: \.isWhitespace).description
  }
}

extension StringProtocol {
  fileprivate func trimmingSuffix(while isCut: (Character) -> Bool) -> SubSequence {
    var end = endIndex
    while end > startIndex, isCut(self[index(before: end)]) { end = index(before: end) }
    return self[..<end]
  }
}
