import Artifacts
import Testing

@testable import Conversations

@Suite struct SnippetsImportTests {
  static let file = """
    # Snippets

    #### COMEDY – Auto lo bargaining
    <!-- char: CHINNI, Bujji | mood: funny | tags: auto, city | profanity: no -->
    CHINNI: Anna, **station** ki entha?\u{20}\u{20}
    Bujji: Light teesko.
    Adi matter: simple logic.

    #### RAPID-FIRE Q&A – One minute
    CHINNI: Tea or coffee?
    (Bujji thinks)
    BUJJI: Bill evaru kadite…

    #### Untitled monologue
    <!-- char: BUJJI -->
    Nenu ready.
    Meeru?
    #### EMPTY – Nothing here
    """

  private func run(_ assistant: String = "BUJJI") throws -> ImportCase {
    try ImportCase(.snippets, "s.md", Self.file) { $0.assistant = [assistant] }
  }

  @Test func everyHeaderBeginsASnippet() throws {
    let result = try run()
    #expect(result.report.read == 4)
    #expect(result.report.json["reasons"]?.compactString == #"{"no_dialogue":1}"#)
    #expect(
      result.conversations.map(\.id) == ["s-snippet-001-1", "s-snippet-002-1", "s-snippet-003-1"])
    #expect(
      result.conversations.map(\.group) == ["s-snippet-001", "s-snippet-002", "s-snippet-003"])
  }

  @Test func namesAndCommentsAreTakenOff() throws {
    let first = try run().conversations[0]
    #expect(
      first.messages == [
        Message(.system, "COMEDY – Auto lo bargaining"),
        Message(.user, "Anna, station ki entha?", name: "CHINNI"),
        Message(.assistant, "Light teesko.\nAdi matter: simple logic.", name: "Bujji"),
      ])
    #expect(first.tags == ["comedy", "mood:funny", "auto", "city", "profanity:no"])
  }

  @Test func rapidFireQuestionsAreNotGluedToTheirNeighbour() throws {
    let second = try run().conversations[1]
    #expect(
      second.messages == [
        Message(.system, "RAPID-FIRE Q&A – One minute"),
        Message(.user, "Tea or coffee?\n(Bujji thinks)", name: "CHINNI"),
        Message(.assistant, "Bill evaru kadite…", name: "BUJJI"),
      ])
    #expect(second.tags == ["rapid-fire q&a"])
  }

  @Test func aMonologueIsTheOnlyCharacters() throws {
    let third = try run().conversations[2]
    #expect(
      third.messages == [
        Message(.user, "Untitled monologue"),
        Message(.assistant, "Nenu ready.\nMeeru?", name: "BUJJI"),
      ])
  }

  @Test func textBeforeTheFirstHeaderAndFilesWithoutOneAreNotSilent() throws {
    let before = try ImportCase(.snippets, "s.md", "A: hello\n\n#### X – Y\nA: hi") {
      $0.assistant = ["A"]
    }
    #expect(before.report.read == 2)
    #expect(before.quarantine[0]["reason"] == "no_snippet")
    let none = try ImportCase(.snippets, "s.md", "hello") { $0.assistant = ["A"] }
    #expect(none.quarantine[0]["reason"] == "no_snippet")
  }

  @Test func aColonAfterANativeNameStaysAColon() throws {
    let result = try ImportCase(.snippets, "s.md", "#### ಮನೆ – ಮಾತು\nರಾಮು: ಸಮಯ 10:30 ಆಯ್ತು\nಸೀತಾ: ಹೌದು") {
      $0.assistant = ["ಸೀತಾ"]
    }
    #expect(result.conversations[0].messages[1] == Message(.user, "ಸಮಯ 10:30 ಆಯ್ತು", name: "ರಾಮು"))
  }
}
