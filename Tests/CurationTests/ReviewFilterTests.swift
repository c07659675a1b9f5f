import Artifacts
import Conversations
import Fixtures
import Testing

@testable import Curation

@Suite struct ReviewFilterTests {
  @Test func whatWasRejectedIsDroppedAndCounted() throws {
    let folder = TemporaryFolder()
    let writer = try ConversationWriter(folder.file("in.jsonl"))
    for id in ["a", "b", "c"] {
      try writer.write(
        Conversation(
          id: id, messages: [Message(.user, .text("ask \(id)")), Message(.assistant, "answer")]))
    }
    try writer.commit()
    let reviews = try ReviewFile(folder.file("v.jsonl"))
    try reviews.append(ReviewChange(id: "a", verdict: .set(.reject), note: .set("too short")))
    try reviews.append(ReviewChange(id: "b", verdict: .set(.accept)))
    try reviews.append(ReviewChange(id: "c", note: .set("look again")))
    try reviews.append(ReviewChange(id: "gone", verdict: .set(.reject)))
    let report = try Curator(verdicts: folder.file("v.jsonl"))
      .run(inputs: [folder.file("in.jsonl")], output: folder.file("out"))
    #expect(report.kept == 2 && report.reasons == [.rejectedByReview: 1])
    #expect(report.rejectedUnseen == 1 && report.addsUp)
    #expect(report.summary.hasSuffix("; 1 rejected by their IDs were not in the input"))
    let dropped = try JSONLinesReader(folder.file("out/dropped.jsonl")).nextValue()
    #expect(dropped?["reason"] == "rejected_by_review")
    #expect(dropped?["detail"] == "rejected: too short")
    #expect(dropped?["record"]?["id"] == "a")
    // Without verdicts nothing of it stands in the report.
    let plain = try Curator().run(inputs: [folder.file("in.jsonl")], output: folder.file("all"))
    #expect(plain.json["rejected_unseen"] == nil && plain.kept == 3)
  }

  @Test func aFileThatIsNotThereIsNamed() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write([], to: folder.file("in.jsonl"))
    let error = #expect(throws: AksharaError.self) {
      try Curator(verdicts: folder.file("none"))
        .run(inputs: [folder.file("in.jsonl")], output: folder.file("out"))
    }
    #expect(error?.code == .missingFile)
  }
}
