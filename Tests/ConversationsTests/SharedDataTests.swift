import Artifacts
import Fixtures
import Foundation
import Testing

@testable import Conversations

/// Data sets that nobody here wrote, with the numbers of rows that their manifest states.
@Suite struct SharedDataTests {
  @Test(
    arguments: [
      ("dolly15k/dolly_shared.jsonl.gz", .dolly, 11_986),
      ("derived_instruct/kn_alpaca_dev.jsonl.gz", .alpaca, 6_000),
      ("derived_instruct/te_alpaca_dev.jsonl.gz", .alpaca, 6_000),
      ("derived_instruct/kn_conversations_dev.jsonl.gz", .messages, 3_000),
      ("derived_instruct/te_conversations_dev.jsonl.gz", .messages, 1_564),
      ("derived_instruct/kn_sharegpt_dev.jsonl.gz", .messages, 500),
      ("derived_instruct/te_sharegpt_dev.jsonl.gz", .messages, 500),
      ("kannada_instruct_sample/row0.jsonl", .messages, 1),
      ("openai_messages/chats.json", .messages, 5),
      ("sharegpt/dummy_conversation_a.json", .messages, 250),
      ("torchtune_assets/alpaca_tiny.json", .alpaca, 100),
      ("torchtune_assets/chat_tiny.json", .messages, 1),
      ("torchtune_assets/instruct_tiny.json", .dolly, 2),
      ("telugu_poems/poems_shared.jsonl.gz", .text, 1_060),
    ] as [(String, ImportKind, Int)])
  func everyRowIsImported(path: String, kind: ImportKind, rows: Int) throws {
    guard let file = RepositoryPaths.shared("data/\(path)") else { return }
    for asked in [kind, .auto] {
      let result = try ImportCase(asked, paths: [file]) { $0.maxBadRows = 0 }
      #expect(result.report.kind == kind)
      #expect(result.report.read == rows)
      #expect(result.report.imported == rows)
      #expect(Set(result.conversations.map(\.id)).count == rows)
    }
  }

  @Test func aPairedSetFitsNoFormat() throws {
    let path = "data/torchtune_assets/stack_exchange_paired_tiny.json"
    guard let file = RepositoryPaths.shared(path) else { return }
    let error = #expect(throws: AksharaError.self) { try ImportCase(.auto, paths: [file]) }
    #expect(error?.message.contains("`question`, `response_j`, `response_k`") == true)
  }

  @Test(arguments: [
    ("Boneyard", 1, 0), ("Brick And Steel", 8, 7), ("CenteredText", 1, 0), ("Dialogue", 1, 1),
    ("DualDialogue", 1, 1), ("ForcedElements", 1, 1), ("Indenting", 1, 1),
    ("MultilineAction", 1, 0), ("Notes", 1, 0), ("PageBreaks", 1, 0), ("SceneHeaders", 18, 0),
    ("SceneNumbers", 7, 0), ("SectionHeaders", 1, 0), ("Sections-Complex", 2, 0),
    ("Simple", 3, 1), ("Synopses", 1, 0), ("Transitions", 1, 0),
  ])
  func everySceneOfTheFountainFilesIsAccountedFor(name: String, scenes: Int, used: Int) throws {
    let suffix = name == "Brick And Steel" ? "txt" : "fountain"
    let path = "data/fountain_nyousefi/\(name).\(suffix)"
    guard let file = RepositoryPaths.shared(path) else { return }
    let result = try ImportCase(.fountain, paths: [file]) { $0.assistant = ["*"] }
    #expect(result.report.read == scenes)
    #expect(result.report.imported == used)
  }

  @Test func theSampleScenesAndSnippetsAreImportedWhole() throws {
    let folder = RepositoryPaths.file("samples/quickstart")
    guard Path.exists("\(folder)/kannada-scenes.fountain") else {
      print("skipped: samples/quickstart is not there")
      return
    }
    for (name, assistant, scenes) in [
      ("kannada-scenes.fountain", "ಅಜ್ಜಿ", 12), ("telugu-scenes.fountain", "తాతయ్య", 12),
      ("snippets.md", "BUJJI", 30),
    ] {
      let result = try ImportCase(.auto, paths: ["\(folder)/\(name)"]) {
        $0.assistant = [assistant]
      }
      #expect(result.report.imported == scenes, "\(name): \(result.report.summary)")
      #expect(result.report.quarantined == 0, "\(name): \(result.report.summary)")
      for conversation in result.conversations {
        #expect(conversation.messages.last?.role == .assistant, "\(conversation.id)")
      }
    }
  }
}
