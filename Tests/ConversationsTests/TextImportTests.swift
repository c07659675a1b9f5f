import Artifacts
import Fixtures
import Testing

@testable import Conversations

@Suite struct TextImportTests {
  @Test func eachLineIsOneAssistantMessage() throws {
    let result = try ImportCase(.text, "wiki.txt", "ಒಂದು ಸಾಲು.\n\nరెండు.\r\n  three  ")
    #expect(result.conversations.map(\.id) == ["wiki-1", "wiki-3", "wiki-4"])
    #expect(result.conversations.map(\.language) == ["kn", "te", "en"])
    #expect(result.conversations[2].messages == [Message(.assistant, "  three  ")])
  }

  @Test func aTextColumnIsReadFromJSON() throws {
    let result = try ImportCase(.text, "a.jsonl", #"{"text":"పద్యం","source":"x"}"#)
    #expect(result.conversations[0].messages == [Message(.assistant, "పద్యం")])
  }

  @Test func aLineThatIsNotUTF8IsSetAside() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write(
      Array("a\n".utf8) + [0xE9, 0x0A] + Array("b".utf8), to: folder.file("a.txt"))
    let result = try ImportCase(.text, paths: ["a.txt"], relativeTo: folder.path)
    #expect(result.report.imported == 2)
    #expect(result.quarantine[0]["reason"] == "invalid_utf8")
    #expect(result.quarantine[0]["line"] == 2)
  }
}
