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
      ("kanglish_care/seed.jsonl", .completion, 57),
      ("llamafactory_demo/dpo_en_demo.json.gz", .preference, 300),
      ("llamafactory_demo/identity.json", .alpaca, 91),
      ("llamafactory_demo/v1_dpo_demo.jsonl", .preference, 10),
      ("pricer/kwabena__fine_tune_train.jsonl", .messages, 200),
      ("pricer/kwabena__fine_tune_validation.jsonl", .messages, 50),
      ("pricer/nikhil_raut__fine_tune_train.jsonl", .messages, 200),
      ("pricer/nikhil_raut__fine_tune_validation.jsonl", .messages, 50),
      ("torchtune_assets/hh_rlhf_tiny.json", .preference, 1),
      ("mt_bench/mt_bench__question.jsonl", .completion, 80),
      ("golden/chat_render_dev.jsonl", .messages, 40),
      ("golden/label_mask_dev.jsonl", .messages, 7),
      ("golden/tokenize_dev.jsonl.gz", .text, 958),
      ("derived_encodings/kn_encodings_dev.jsonl.gz", .text, 120),
      ("derived_encodings/te_encodings_dev.jsonl.gz", .text, 120),
      ("blns/blns.json", .text, 515),
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

  /// Sets whose columns say nothing to a program: the names must be mapped.
  @Test(
    arguments: [
      (
        "torchtune_assets/stack_exchange_paired_tiny.json", .preference, 25,
        ["prompt": "question", "chosen": "response_j", "rejected": "response_k"], nil
      ),
      (
        "ui_parallel_kn/en_kn_shared.jsonl.gz", .completion, 10_628,
        ["prompt": "en", "completion": "kn"], nil
      ),
      (
        "ui_parallel_te/en_te_shared.jsonl.gz", .completion, 4_536,
        ["prompt": "en", "completion": "te"], nil
      ),
      (
        "dakshina_kn/kn.translit.sampled.dev.tsv", .completion, 5_027,
        ["prompt": "roman", "completion": "native"], ["native", "roman", "attestations"]
      ),
      (
        "dakshina_te/te.translit.sampled.dev.tsv", .completion, 5_683,
        ["prompt": "roman", "completion": "native"], ["native", "roman", "attestations"]
      ),
    ] as [(String, ImportKind, Int, [String: String], [String]?)])
  func setsWithOtherNamesAreMapped(
    path: String, kind: ImportKind, rows: Int, map: [String: String], columns: [String]?
  ) throws {
    guard let file = RepositoryPaths.shared("data/\(path)") else { return }
    for asked in [kind, .auto] {
      let result = try ImportCase(asked, paths: [file]) {
        $0.maxBadRows = 0
        $0.columns = map
        $0.tableColumns = columns
      }
      #expect(result.report.kind == kind)
      #expect(result.report.imported == rows)
    }
  }

  @Test(arguments: [
    ("dakshina_kn/wiki_shared.txt.gz", 9_082), ("dakshina_te/wiki_shared.txt.gz", 9_737),
    ("dakshina_kn/kn.romanized.rejoined.dev.roman.txt.gz", 5_000),
    ("dakshina_te/te.romanized.rejoined.dev.native.txt.gz", 5_000),
    ("vachana_glossary/meanings_vachana.csv.gz", 6_201),
    ("codemix_kannada/kannada_codemix_shared.csv.gz", 3_529),
    ("tesseract_kan/kan.training_text.gz", 1), ("tesseract_tel/tel.training_text.gz", 1),
  ])
  func linesOfTextAreDocuments(path: String, lines: Int) throws {
    guard let file = RepositoryPaths.shared("data/\(path)") else { return }
    let report = try ImportCase(.text, paths: [file]) { $0.maxBadRows = 0 }.report
    #expect(report.imported == lines)
  }

  @Test func everyTranscriptOfHHIsAccountedFor() throws {
    let path = "data/hh_rlhf/harmless_base_test_shared.jsonl.gz"
    guard let file = RepositoryPaths.shared(path) else { return }
    let result = try ImportCase(.auto, paths: [file])
    #expect(result.report.kind == .preference)
    #expect(result.report.read == 1_473)
    #expect(result.report.quarantined == 0, "\(result.report.summary)")
    let first = result.conversations[0]
    #expect(first.messages.first?.role == .user)
    #expect(first.messages.last?.role == .assistant)
    #expect(first.messages.last != first.rejected?.last)
  }

  @Test func aPricerRowKeepsTheBeginningOfItsAnswer() throws {
    guard let file = RepositoryPaths.shared("data/pricer/kwabena__fine_tune_train.jsonl") else {
      return
    }
    let first = try ImportCase(.auto, paths: [file]).conversations[0]
    #expect(first.messages.map(\.role) == [.system, .user, .assistant])
    #expect(first.messages[2].content.text?.hasPrefix("Price is $") == true)
  }

  @Test func aPointerOfGitLFSIsSaidToBeOne() throws {
    guard let file = RepositoryPaths.shared("data/hh_rlhf/helpful-base/test.jsonl.gz") else {
      return
    }
    let error = #expect(throws: AksharaError.self) { try ImportCase(.auto, paths: [file]) }
    #expect(error?.message == "the file is a Git LFS pointer, not the data")
  }

  @Test func whatFitsNoFormatIsShownAMapThatDoes() throws {
    guard let file = RepositoryPaths.shared("data/ui_parallel_kn/en_kn_shared.jsonl.gz") else {
      return
    }
    let error = #expect(throws: AksharaError.self) { try ImportCase(.auto, paths: [file]) }
    #expect(error?.message.contains("`domain`, `ctx`, `en`, `kn`") == true)
    #expect(
      error?.remedy
        == "map them, for example `akshara import completion en_kn_shared.jsonl.gz "
        + "--map prompt=en completion=kn`")
  }

  @Test(arguments: [
    ("dakshina_kn/kn.translit.sampled.dev.tsv", "completion", "prompt,completion,column_3"),
    ("codemix_kannada/kannada_codemix_shared.csv.gz", "text", "column_1,text"),
  ])
  func aTableWithoutAHeadingIsSaidToBeOne(path: String, kind: String, columns: String) throws {
    guard let file = RepositoryPaths.shared("data/\(path)") else { return }
    let error = #expect(throws: AksharaError.self) { try ImportCase(.auto, paths: [file]) }
    let name = try #require(path.split(separator: "/").last)
    #expect(
      error?.remedy
        == "the first record looks like a row: say what the columns are called, for example "
        + "`akshara import \(kind) \(name) --columns \(columns)`")
  }

  @Test func textsOfOtherNamesAndPairsOfStackExchangeAreRecognized() throws {
    for (path, kind, rows) in [
      ("tesseract_kan/kan.training_text.gz", ImportKind.text, 1),
      ("torchtune_assets/stack_exchange_paired_tiny.json", .preference, 25),
    ] {
      guard let file = RepositoryPaths.shared("data/\(path)") else { continue }
      let report = try ImportCase(.auto, paths: [file]) { $0.maxBadRows = 0 }.report
      #expect((report.kind, report.imported) == (kind, rows))
    }
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
