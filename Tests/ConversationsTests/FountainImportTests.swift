import Artifacts
import Fixtures
import Foundation
import Testing

@testable import Conversations

@Suite struct FountainImportTests {
  static let play = """
    Title: ಪರೀಕ್ಷೆ

    FADE IN:

    INT. ಅಡುಗೆಮನೆ - ಬೆಳಿಗ್ಗೆ

    ಹಾಲು ಉಕ್ಕುತ್ತಿದೆ.

    ಮೀನಾ
    (ಆಕಳಿಸುತ್ತಾ)
    ಅಜ್ಜಿ, ಕಾಫಿ?

    ರವಿ (O.S.)
    ನನಗೂ *ಬೇಕು*!

    ಅಜ್ಜಿ
    ಕಾಯಬೇಕು.

    ಅಜ್ಜಿ ನಗುತ್ತಾರೆ.

    ಅಜ್ಜಿ (CONT'D)
    ಹೋಗು.

    CUT TO:

    EXT. ಅಂಗಳ - ಸಂಜೆ

    ಅಜ್ಜಿ (V.O.)
    ಬಾ.

    ಮೀನಾ
    ಬಂದೆ.

    EXT. ಬೀದಿ

    ಯಾರೂ ಇಲ್ಲ.

    INT. ಶಾಲೆ

    ಮೀನಾ
    ಹೊರಟೆ.
    """

  private func run(_ assistant: [String], prompt: String? = nil) throws -> ImportCase {
    try ImportCase(.fountain, "play.fountain", Self.play) { options in
      options.assistant = assistant
      options.systemPrompt = prompt
    }
  }

  @Test func eachSceneWithTheAssistantBecomesAConversation() throws {
    let result = try run(["ಅಜ್ಜಿ"])
    #expect(result.conversations.map(\.id) == ["play-scene-001-1", "play-scene-002-1"])
    #expect(result.conversations.map(\.group) == ["play-scene-001", "play-scene-002"])
    #expect(
      result.conversations[0].messages == [
        Message(.system, "INT. ಅಡುಗೆಮನೆ - ಬೆಳಿಗ್ಗೆ\nಹಾಲು ಉಕ್ಕುತ್ತಿದೆ."),
        Message(.user, "ಮೀನಾ: ಅಜ್ಜಿ, ಕಾಫಿ?\nರವಿ: ನನಗೂ ಬೇಕು!"),
        Message(.assistant, "ಕಾಯಬೇಕು.", name: "ಅಜ್ಜಿ"),
        Message(.user, "(ಅಜ್ಜಿ ನಗುತ್ತಾರೆ.)"),
        Message(.assistant, "ಹೋಗು.", name: "ಅಜ್ಜಿ"),
      ])
    #expect(
      result.conversations[1].messages == [
        Message(.user, "EXT. ಅಂಗಳ - ಸಂಜೆ"), Message(.assistant, "ಬಾ.", name: "ಅಜ್ಜಿ"),
        Message(.user, "ಬಂದೆ.", name: "ಮೀನಾ"),
      ])
    #expect(result.conversations[0].language == "kn")
    #expect(result.conversations[1].provenance?.record == 2)
  }

  @Test func scenesWithoutDialogueOrAssistantAreSetAside() throws {
    let result = try run(["ಅಜ್ಜಿ"])
    #expect(
      result.report.json["reasons"]?.object?.keys == ["no_assistant_line", "no_dialogue"])
    #expect(result.report.read == 4)
    #expect(result.report.imported == 2)
    #expect(result.quarantine.map { $0["line"]?.integer } == [34, 38])
    #expect(result.quarantine[0]["row"] == "EXT. ಬೀದಿ\n\nಯಾರೂ ಇಲ್ಲ.\n\n")
    let before = Self.play.components(separatedBy: "EXT. ಬೀದಿ")[0].utf8.count
    #expect(result.quarantine[0]["offset"] == JSONValue(before))
  }

  @Test func theStarTakesTheLastSpeakerOfEachScene() throws {
    let result = try run(["*"])
    #expect(
      result.conversations.map { $0.messages.last { $0.role == .assistant }?.name } == [
        "ಅಜ್ಜಿ", "ಮೀನಾ", "ಮೀನಾ",
      ])
    #expect(
      result.conversations[2].messages == [
        Message(.user, "INT. ಶಾಲೆ"), Message(.assistant, "ಹೊರಟೆ.", name: "ಮೀನಾ"),
      ])
  }

  @Test func aSystemPromptStandsBeforeTheSetting() throws {
    let result = try run(["ಅಜ್ಜಿ"], prompt: "ನೀನು ಅಜ್ಜಿ.")
    #expect(
      result.conversations[0].messages[0].content.text
        == "ನೀನು ಅಜ್ಜಿ.\n\nINT. ಅಡುಗೆಮನೆ - ಬೆಳಿಗ್ಗೆ\nಹಾಲು ಉಕ್ಕುತ್ತಿದೆ.")
    #expect(result.conversations[1].messages.map(\.role) == [.system, .user, .assistant, .user])
  }

  @Test func withoutAnAssistantTheCastIsShown() throws {
    let error = #expect(throws: AksharaError.self) { try run([]) }
    #expect(error?.code == .invalidOption)
    #expect(
      error?.message
        == "no character is chosen to speak as the assistant; the cast is "
        + "ಅಜ್ಜಿ (3 lines), ಮೀನಾ (3 lines), ರವಿ (1 line)")
    let unknown = #expect(throws: AksharaError.self) { try run(["ಅಜ್ಜ"]) }
    #expect(unknown?.message.hasPrefix("nobody is called \"ಅಜ್ಜ\"; the cast is ") == true)
  }

  @Test func aScreenplayWithoutScenesIsNotSilent() throws {
    let result = try ImportCase(.fountain, "a.fountain", "Just words.\n")
    #expect(result.report.read == 1)
    #expect(result.quarantine[0]["reason"] == "no_scene")
  }

  @Test func dialogueWithoutAHeadingMakesAScene() throws {
    let result = try ImportCase(.fountain, "a.fountain", "Dusk.\n\nADAM\nHi.\n\nEVE\nHello.") {
      $0.assistant = ["eve"]
    }
    #expect(
      result.conversations[0].messages == [
        Message(.system, "Dusk."), Message(.user, "Hi.", name: "ADAM"),
        Message(.assistant, "Hello.", name: "EVE"),
      ])
  }

  @Test func aSceneThatIsImportedTwiceKeepsItsGroup() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write(Array(Self.play.utf8), to: folder.file("play.fountain"))
    let writer = try ConversationWriter(folder.file("out.jsonl"))
    for name in ["ಅಜ್ಜಿ", "ಮೀನಾ"] {
      var options = ImportOptions(kind: .auto, paths: ["play.fountain"])
      options.assistant = [name]
      _ = try Importer(options, relativeTo: folder.path).run(into: writer)
    }
    try writer.commit()
    let reader = try ConversationReader(folder.file("out.jsonl"))
    var ids: [String] = []
    while let next = try reader.next() { ids.append("\(next.group ?? "")/\(next.id)") }
    #expect(
      ids == [
        "play-scene-001/play-scene-001-1", "play-scene-002/play-scene-002-1",
        "play-scene-001/play-pass2-scene-001-1", "play-scene-002/play-pass2-scene-002-1",
        "play-scene-004/play-pass2-scene-004-1",
      ])
  }
}
