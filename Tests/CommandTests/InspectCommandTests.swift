import Artifacts
import Fixtures
import Testing

/// What `akshara inspect` and the options of scenes print.
@Suite struct InspectCommandTests {
  private let akshara = AksharaProcess()
  private let play = """
    INT. ಮನೆ - ಹಗಲು

    ರವಿ (O.S.)
    ಬಾ.

    ಸೀತಾ
    ಬಂದೆ.
    """

  @Test func aScreenplayIsDescribed() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try AtomicFile.write(Array(play.utf8), to: folder.file("a.fountain"))
    let outcome = try akshara.run(["inspect", "a.fountain"], in: folder.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.output == """
        a.fountain: fountain (the name ends in .fountain)
        encoding: UTF-8
        languages: kn 1
        cast: ರವಿ (1 line), ಸೀತಾ (1 line)
        fountain: read 1, imported 1, quarantined 0
        no assistant is chosen: the samples take the last speaker of each scene
        sample 1: a-scene-001-1
          system: INT. ಮನೆ - ಹಗಲು
          user (ರವಿ): ಬಾ.
          assistant (ಸೀತಾ): ಬಂದೆ.

        """)
    #expect(Folder.list(folder.path) == ["a.fountain"])
    let json = try akshara.run(["inspect", "a.fountain", "--json"], in: folder.path)
    let value = try JSONValue(parsing: json.output)
    #expect(value["kind"] == "fountain")
    #expect(value["needs_assistant"] == true)
  }

  @Test func scenesWithoutAnAssistantShowTheCastAndExitWithTwo() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try AtomicFile.write(Array(play.utf8), to: folder.file("a.fountain"))
    let outcome = try akshara.run(["import", "auto", "a.fountain"], in: folder.path)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(
      outcome.errors.contains(
        "no character is chosen to speak as the assistant; the cast is ರವಿ (1 line), ಸೀತಾ (1 line)"))
  }

  @Test func tasksNeedNoAssistantAndTakeThePersonaFromAFile() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try AtomicFile.write(Array(play.utf8), to: folder.file("a.fountain"))
    try AtomicFile.write(Array("ನೀನು ಬರಹಗಾರ.\n".utf8), to: folder.file("persona.txt"))
    let outcome = try akshara.run(
      [
        "import", "auto", "a.fountain", "--tasks", "continue,summarize", "--system-prompt",
        "persona.txt",
      ], in: folder.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let conversation = try JSONValue(parsing: outcome.output)
    #expect(conversation["messages"]?.array?.first?["content"] == "ನೀನು ಬರಹಗಾರ.")
    #expect(outcome.errors.contains("left out: summarize:no_synopsis 1"))
    let wrong = try akshara.run(
      ["import", "auto", "a.fountain", "--tasks", "continu"], in: folder.path)
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("there is no task \"continu\"; use continue, punch-up"))
  }

  @Test func theHelpNamesEveryKind() throws {
    guard let akshara else { return }
    let help = try akshara.run(["import", "--help"]).output
    for kind in [
      "fountain", "fdx", "script", "scene-markdown", "scene-json", "snippets", "dialogue",
      "dialogue-table", "srt", "webvtt",
    ] {
      #expect(help.contains(kind), "\(kind)")
    }
  }
}
