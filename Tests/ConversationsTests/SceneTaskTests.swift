import Artifacts
import Testing

@testable import Conversations

@Suite struct SceneTaskTests {
  static let script = """
    INT. KITCHEN - DAY

    = Meena wants coffee.

    Milk boils.

    MEENA
    (yawning)
    Coffee? I cannot wait.

    RAVI
    Me too.

    MEENA
    Now!

    EXT. STREET

    Rain.
    """

  private func run(
    _ tasks: [SceneTask], _ text: String = script, change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> ImportCase {
    try ImportCase(.fountain, "a.fountain", text) {
      $0.tasks = tasks
      change(&$0)
    }
  }

  /// What is asked, without the sentence that asks; and the answer.
  private func parts(_ conversation: Conversation) -> [String] {
    let messages = conversation.messages.suffix(2).compactMap(\.content.text)
    let asked = messages[0].split(separator: "\n\n", maxSplits: 1)
    return [String(asked.last ?? ""), messages[1]]
  }

  @Test func eachTaskAnswersFromTheSource() throws {
    let result = try run(SceneTask.allCases)
    #expect(
      result.conversations.map(\.id) == [
        "a-scene-001-continue", "a-scene-001-punch-up", "a-scene-001-summarize",
        "a-scene-001-shot-list", "a-scene-002-shot-list",
      ])
    let heading = "INT. KITCHEN - DAY\n(Milk boils.)\n"
    let dialogue = "MEENA: Coffee? I cannot wait.\nRAVI: Me too.\nMEENA: Now!"
    #expect(
      result.conversations.map(parts) == [
        [heading + "MEENA: Coffee? I cannot wait.", "RAVI: Me too.\nMEENA: Now!"],
        [
          heading + "MEENA: Coffee?\nRAVI: Me too.\nMEENA: Now!", "(Milk boils.)\n" + dialogue,
        ], [heading + dialogue, "Meena wants coffee."], [heading + dialogue, "1. Milk boils."],
        ["EXT. STREET\n(Rain.)", "1. Rain."],
      ])
    #expect(Set(result.conversations.map(\.group)) == ["a-scene-001", "a-scene-002"])
    #expect(result.conversations[0].tags == ["task:continue"])
  }

  @Test func aTaskWithoutAnAnswerIsNotMadeButCounted() throws {
    let result = try run([.continue, .summarize, .punchUp])
    #expect(result.report.read == 2)
    #expect(result.report.imported == 1)
    #expect(result.quarantine.map { $0["reason"]?.string } == ["no_task"])
    #expect(result.report.leftOut["summarize:no_synopsis"] == 1)
    #expect(result.report.leftOut["continue:nothing_to_continue"] == 1)
    #expect(result.report.leftOut["punch-up:no_dialogue"] == 1)
    for conversation in result.conversations {
      #expect(conversation.messages.allSatisfy { $0.content.text?.isBlank == false })
    }
  }

  @Test func aDraftThatIsTheDialogueIsNoTask() throws {
    let result = try run([.punchUp], "INT. A\n\nADAM\nYes.\n\nEVE\nNo.")
    #expect(result.report.leftOut["punch-up:draft_is_the_dialogue"] == 1)
    #expect(result.report.quarantined == 1)
  }

  @Test func thePersonaIsTheSystemMessage() throws {
    let result = try run([.continue]) { $0.systemPrompt = "You are a script doctor." }
    #expect(result.conversations[0].messages[0] == Message(.system, "You are a script doctor."))
    #expect(result.conversations[0].messages.count == 3)
  }

  @Test func sentencesDependOnSeedSceneAndTaskAlone() throws {
    let sentences = SceneTaskTemplates.sentences(for: .continue, language: "en")
    var seen: Set<String> = []
    for seed in 0..<20 {
      let texts = try (0..<2).map { _ in
        try run([.continue]) { $0.seed = seed }.conversations[0].messages[0].content.text ?? ""
      }
      #expect(texts[0] == texts[1])
      if let sentence = sentences.first(where: { texts[0].hasPrefix($0) }) { seen.insert(sentence) }
    }
    #expect(seen.count == sentences.count)
  }

  @Test func tasksAreAskedInTheScenesLanguage() throws {
    let result = try ImportCase(.fountain, "play.fountain", FountainImportTests.play) {
      $0.tasks = [.continue]
    }
    let sentences = SceneTaskTemplates.sentences(for: .continue, language: "kn")
    let text = result.conversations[0].messages[0].content.text ?? ""
    #expect(sentences.contains { text.hasPrefix($0) })
    for language in ["en", "kn", "te"] {
      for task in SceneTask.allCases {
        #expect(SceneTaskTemplates.sentences(for: task, language: language).count == 3)
      }
    }
  }

  @Test func dialogueAndTasksMayBeAskedForTogether() throws {
    let result = try run([.shotList]) { $0.assistant = ["RAVI"] }
    #expect(
      result.conversations.map(\.id) == [
        "a-scene-001-1", "a-scene-001-shot-list", "a-scene-002-shot-list",
      ])
    #expect(result.report.leftOut["dialogue:no_dialogue"] == 1)
    #expect(result.report.imported == 2)
  }

  @Test func theContextOfAContinuationIsCut() throws {
    let turns = try run([.continue]) { $0.contextTurns = 1 }
    #expect(parts(turns.conversations[0])[0] == "INT. KITCHEN - DAY\nMEENA: Coffee? I cannot wait.")
    let whole = try run([.continue]).conversations[0].messages[0].content.text ?? ""
    let cut = try run([.continue]) { $0.contextTokens = whole.utf8.count - 1 }
    #expect(parts(cut.conversations[0])[0] == "INT. KITCHEN - DAY\nMEENA: Coffee? I cannot wait.")
    let tokens = try run([.shotList, .summarize]) { $0.contextTokens = 60 }
    #expect(tokens.report.leftOut["summarize:longer_than_context"] == 1)
  }

  @Test func tasksAreReadFromText() throws {
    #expect(
      try ImportOptions.tasks(["continue,punch-up", "summarize"]) == [
        .continue, .punchUp, .summarize,
      ])
    let error = #expect(throws: AksharaError.self) { try ImportOptions.tasks(["continu"]) }
    #expect(
      error?.description
        == "there is no task \"continu\"; use continue, punch-up, summarize, shot-list")
  }

  @Test func withoutAssistantOrTaskTheCastIsShown() throws {
    let error = #expect(throws: AksharaError.self) { try run([]) }
    #expect(error?.code == .invalidOption)
    #expect(error?.message.hasSuffix("the cast is MEENA (2 lines), RAVI (1 line)") == true)
  }
}
