import Artifacts
import Conversations
import Fixtures
import Foundation
import Testing

@testable import Curation

@Suite struct CuratorTests {
  @Test func theFolderHoldsThreeFilesAndTheReportAddsUp() throws {
    let result = try CurationCase([
      .pair("ಪ್ರಶ್ನೆ", "ಉತ್ತರ"), .pair("ಪ್ರಶ್ನೆ", "ಉತ್ತರ"), .pair("q", ""),
      Conversation(id: "", messages: [Message(.assistant, "x")], language: "en"),
    ])
    let names = try FileManager.default.contentsOfDirectory(atPath: result.folder.file("out"))
    #expect(names.sorted() == ["conversations.jsonl", "dropped.jsonl", "report.json"])
    let json = try JSONValue(parsing: try TextFile(result.folder.file("out/report.json")).bytes)
    #expect(json["in"] == 4)
    #expect(json["kept"] == 2)
    #expect(json["dropped"] == 2)
    #expect(json["reasons"]?.compactString == #"{"empty_answer":1,"exact_duplicate":1}"#)
    #expect(json["languages"]?.compactString == #"{"en":1,"und":1}"#)
    #expect(json["splits"]?.compactString == #"{"train":1,"validation":1,"test":0}"#)
    #expect(json["options"] == CurationOptions().json)
    #expect(
      result.report.summary
        == "in 4, kept 2, dropped 2 (empty_answer 1, exact_duplicate 1); train 1, validation 1")
  }

  @Test func anOlderSetIsReplacedAndNothingElse() throws {
    let folder = try CurationCase([.pair("ಪ್ರಶ್ನೆ", "ಉತ್ತರ")]).folder
    let (input, output) = (folder.file("other.jsonl"), folder.file("out"))
    try AtomicFile.write(try TextFile(Path.join(output, "conversations.jsonl")).bytes, to: input)
    _ = try Curator().run(inputs: [input], output: output)
    try AtomicFile.write([0x41], to: Path.join(output, "notes.txt"))
    #expect {
      try Curator().run(inputs: [input], output: output)
    } throws: {
      "\($0)".contains("the output folder holds something else: `notes.txt`")
    }
    #expect(try TextFile(Path.join(output, "notes.txt")).bytes == [0x41])
  }

  @Test func twoRunsGiveTheSameBytes() throws {
    let input = (0..<200).map { Conversation.pair("ಪ್ರಶ್ನೆ \($0 % 150)", "ಉತ್ತರ \($0 % 50)") }
    let runs = try [CurationCase(input), CurationCase(input)]
    for name in ["conversations.jsonl", "dropped.jsonl"] {
      let digests = try runs.map { try Digest(of: TextFile($0.folder.file("out/\(name)")).bytes) }
      // The dropped records name the input file, which lies in another folder each time.
      if name == "conversations.jsonl" { #expect(digests[0] == digests[1]) }
    }
    #expect(runs[0].kept == runs[1].kept)
  }

  @Test func aFailureLeavesTheFolderAsItWas() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write(Array("old".utf8), to: folder.file("out/report.json"))
    try AtomicFile.write(Array("{}\n".utf8), to: folder.file("in.jsonl"))
    #expect(throws: AksharaError.self) {
      try Curator().run(inputs: [folder.file("in.jsonl")], output: folder.file("out"))
    }
    #expect(try TextFile(folder.file("out/report.json")).text == "old")
    #expect(Folder.list(folder.path) == ["in.jsonl", "out"])
    let missing = #expect(throws: AksharaError.self) {
      try Curator().run(inputs: [folder.file("none.jsonl")], output: folder.file("out"))
    }
    #expect(missing?.code == .missingFile)
  }

  @Test func optionsThatCannotBeAreRefused() {
    var options = CurationOptions()
    options.scripts = ["Kannada"]
    let script = #expect(throws: AksharaError.self) { try options.check() }
    #expect(script?.message == "there is no script `Kannada`")
    options = CurationOptions()
    options.validationFraction = 0.6
    options.testFraction = 0.4
    #expect(throws: AksharaError.self) { try options.check() }
  }

  @Test func theSampleInstructionsLoseTheirTwelveBadRows() throws {
    let path = RepositoryPaths.file("samples/quickstart/instructions.jsonl")
    guard Path.exists(path) else {
      print("skipped: samples/quickstart is not there")
      return
    }
    let folder = TemporaryFolder()
    let writer = try ConversationWriter(folder.file("in.jsonl"))
    let report = try Importer(ImportOptions(kind: .dolly, paths: [path])).run(into: writer)
    try writer.commit()
    #expect(report.imported == 252)
    let curated = try Curator().run(
      inputs: [folder.file("in.jsonl")], output: folder.file("out"))
    #expect(curated.kept == 240)
    #expect(
      curated.reasons == [.emptyAnswer: 5, .exactDuplicate: 3, .wrongScript: 2, .emptyPrompt: 2])
    #expect(curated.normalized == 0)
  }
}
