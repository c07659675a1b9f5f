import Artifacts
import Conversations
import Testing

@testable import Curation

@Suite struct DuplicateTests {
  @Test func theFirstStaysAndIsNamed() throws {
    let result = try CurationCase([
      .pair("a", "b", id: "one"), .pair("", "x", id: "bad"), .pair("a", "c", id: "two"),
      .pair("a", "b", id: "three"), .pair("a", "b", id: "four"),
    ])
    #expect(result.kept.map(\.id) == ["one", "two"])
    #expect(result.reasons == ["empty_prompt", "exact_duplicate", "exact_duplicate"])
    #expect(result.dropped.map { $0["duplicate_of"]?.string } == [nil, "one", "one"])
    #expect(result.dropped[1]["detail"] == "the same messages as `one`")
    #expect(result.dropped[1]["record"]?["id"] == "three")
    #expect(
      try CurationCase([.pair("a", "b"), .pair("a", "b")]) { $0.dropDuplicates = .none }.kept.count
        == 2)
  }

  @Test func spellingsThatAreEqualInFormCAreEqual() throws {
    let result = try CurationCase([
      .pair("q", "\u{C95}\u{CC6}\u{CD5}"), .pair("q", "\u{C95}\u{CC7}"),
    ])
    #expect(result.reasons == ["exact_duplicate"])
    #expect(result.kept[0].messages[1].content.text?.unicodeScalars.count == 2)
    #expect(result.report.normalized == 1)
    let raw = try CurationCase([.pair("q", "\u{C95}\u{CC6}\u{CD5}")]) { $0.normalization = .none }
    #expect(raw.kept[0].messages[1].content.text?.unicodeScalars.count == 3)
  }

  @Test func rolesAndBordersMakeADifference() throws {
    let result = try CurationCase([
      Conversation(id: "", messages: [Message(.user, "a"), Message(.assistant, "b")]),
      Conversation(id: "", messages: [Message(.system, "a"), Message(.assistant, "b")]),
      Conversation(id: "", messages: [Message(.assistant, "a"), Message(.assistant, "b")]),
      Conversation(id: "", messages: [Message(.assistant, "ab")]),
    ])
    #expect(result.kept.count == 4)
  }

  @Test func identifiersAreMadeUnique() throws {
    let result = try CurationCase([
      .pair("a", "1", id: "x"), .pair("a", "2", id: "x"), .pair("a", "3", id: "x-2"),
      .pair("a", "4", id: "x"),
    ])
    #expect(result.kept.map(\.id) == ["x", "x-2", "x-2-2", "x-3"])
    #expect(result.report.renamed == 3)
  }
}
