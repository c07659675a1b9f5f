import Artifacts
import Conversations
import Foundation
import Testing

@testable import Batching

/// Approvals, samples and differences of shard sets.
@Suite struct SignOffTests {
  private func rows(_ count: Int) -> [Conversation] {
    (0..<count).map { SampleConversations.dialogue("question \($0)", "answer", id: "\($0)") }
  }

  private let signature = ShardApproval.Signature(
    by: "R", note: "read", time: "2026-11-22T00:00:00Z")

  // MARK: Approval

  @Test func anApprovalIsBoundToTheContent() throws {
    let folder = try ShardFolder(rows(3))
    #expect(try folder.open().approvalState() == .none)
    #expect {
      try folder.open().requireApproval()
    } throws: {
      let text = "\($0)"
      return ($0 as? AksharaError)?.code == .checkFailed
        && text.contains("akshara labels approve \(folder.path) --by NAME --note TEXT")
    }
    let approval = try ShardApproval.sign(folder.path, signature)
    #expect(try folder.open().approvalState() == .approved(approval))
    try folder.open().requireApproval()
    // Verified again, the set is the same.
    _ = try folder.verifyAndRecord()
    try folder.open().requireApproval()
    let second = try ShardApproval.sign(folder.path, signature)
    #expect(second.signatures.count == 2)
    // Another option is another set.
    var manifest = try folder.open().manifest
    manifest.options.seed += 1
    try folder.write(manifest)
    #expect(try folder.open().approvalState() == .outdated(second))
    #expect(throws: AksharaError.self) { try folder.open().requireApproval() }
  }

  @Test func anApprovalThatWasWrittenIntoIsNone() throws {
    let folder = try ShardFolder(rows(2))
    _ = try ShardApproval.sign(folder.path, signature)
    let path = "\(folder.path)/\(ShardApproval.fileName)"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for (old, new) in [("\"R\"", "\"S\""), ("read", "seen"), ("11-22", "11-21")] {
      let changed = text.replacingOccurrences(of: old, with: new)
      #expect(changed != text)
      try AtomicFile.write(Array(changed.utf8), to: path)
      #expect(throws: AksharaError.self) { try folder.open().approvalState() }
    }
    // Approvals of the first versions had no seal.
    guard case .object(var object) = try JSONValue(parsing: text) else { return }
    object["seal"] = nil
    try AtomicFile.write(JSONValue.object(object).pretty, to: path)
    try folder.open().requireApproval()
  }

  @Test func aDamagedSetIsACheckThatFailed() throws {
    let folder = try ShardFolder(rows(2))
    try folder.change("train/data-00000-of-00001.arrow") { $0[0] ^= 1 }
    #expect {
      _ = try ShardApproval.sign(folder.path, signature)
    } throws: {
      ($0 as? AksharaError)?.code == .checkFailed
    }
  }

  @Test func aSetThatIsNotProvenIsNotApproved() throws {
    let folder = try ShardFolder(rows(2))
    var manifest = try folder.open().manifest
    manifest.proof = nil
    try folder.write(manifest)
    #expect {
      _ = try ShardApproval.sign(folder.path, signature)
    } throws: {
      ($0 as? AksharaError)?.code == .checkFailed
    }
    #expect(try folder.open().approvalState() == .none)
  }

  @Test(arguments: ["dataset_dict.json", "train/state.json", "train/dataset_info.json"])
  func aSetWithADamagedFileIsNeitherApprovedNorTrainedOn(name: String) throws {
    let folder = try ShardFolder(rows(2))
    _ = try ShardApproval.sign(folder.path, signature)
    try folder.change(name) { $0[$0.count / 2] ^= 1 }
    for refused in [
      { _ = try ShardApproval.sign(folder.path, signature) },
      { try folder.open().requireProof() },
    ] {
      let error = #expect(throws: AksharaError.self) { try refused() }
      #expect(error?.code == .checkFailed && error?.message.contains("`\(name)`") == true)
    }
  }

  @Test func aSetWithADamagedTokenizerIsNeitherApprovedNorTrainedOn() throws {
    let folder = try ShardFolder(rows(2))
    let file = "\(folder.path)/tokenizer.json"
    try AtomicFile.write(Array("{}".utf8), to: file)
    let error = #expect(throws: AksharaError.self) {
      try ShardApproval.sign(folder.path, signature)
    }
    #expect(
      error?.message.hasSuffix("`tokenizer.json` is not the tokenizer that the manifest names")
        == true)
    #expect(throws: AksharaError.self) { try folder.open().requireProof() }
    try Folder.remove(file)
    try folder.open().requireProof()
  }

  @Test(arguments: ["{}", "[", #"{"format": "akshara-approval", "version": 1, "content": "x"}"#])
  func aFileThatIsNoApprovalIsAnError(text: String) throws {
    let folder = try ShardFolder(rows(1))
    try AtomicFile.write(Array(text.utf8), to: "\(folder.path)/approval.json")
    #expect(throws: AksharaError.self) { try folder.open().approvalState() }
    // It may be somebody's signature, so nobody else's takes its place.
    let error = #expect(throws: AksharaError.self) {
      try ShardApproval.sign(folder.path, signature)
    }
    #expect(error?.code == .malformed)
    #expect(FileManager.default.contents(atPath: "\(folder.path)/approval.json") == Data(text.utf8))
  }

  // MARK: Samples

  @Test func everyKindIsSeenAndTheSeedDecides() throws {
    var rows = rows(60)
    for index in rows.indices {
      rows[index].language = index < 50 ? "kn" : index < 58 ? "te" : "en"
    }
    let folder = try ShardFolder(rows)
    let set = try folder.open()
    func pick(_ count: Int, seed: UInt64 = 7) -> ShardSample {
      ShardSample(of: set, count: count, by: [.language], seed: seed)
    }
    let sample = pick(12)
    #expect(sample.kinds.map(\.kind) == [["en"], ["kn"], ["te"]])
    #expect(sample.kinds.map(\.rows) == [2, 50, 8])
    let counts = Dictionary(grouping: sample.rows, by: \.kind).mapValues(\.count)
    #expect(counts == [["en"]: 2, ["kn"]: 5, ["te"]: 5])
    #expect(pick(12).rows == sample.rows)
    #expect(pick(12, seed: 8).rows != sample.rows)
    #expect(pick(500).rows.count == 60)
    #expect(pick(0).rows.isEmpty)
    #expect(pick(3).missing.isEmpty && pick(3).missingLine == nil)
    #expect(pick(2).missing.map(\.kind) == [["te"]])
    #expect(
      pick(2).missingLine
        == "no row is shown of 1 of 3 kinds: te (8 rows); a sample of 3 or more shows each")
    #expect(Set(sample.rows.map(\.row)).count == 12, "no row twice")
  }

  // MARK: Differences

  private func difference(
    _ old: [Conversation], _ oldOptions: FormatOptions = FormatOptions(), to new: [Conversation],
    _ newOptions: FormatOptions = FormatOptions()
  ) throws -> ShardDifference {
    let folders = (try ShardFolder(old, oldOptions), try ShardFolder(new, newOptions))
    return try ShardDifference(from: folders.0.open(), to: folders.1.open())
  }

  private func counts(_ difference: ShardDifference) -> [ShardDifference.Reason: Int] {
    difference.counts.filter { $0.value > 0 }
  }

  @Test func theSameSetsDiffer() throws {
    let same = try difference(rows(4), to: rows(4).reversed())
    #expect(same.isEmpty && same.unchanged == 4 && same.settings == [])
  }

  @Test func everyReasonIsTold() throws {
    var other = rows(4)
    other[1].messages[1].content = .text("another answer")
    other[2].split = .validation
    other[3].id = "new"
    let changed = try difference(rows(4), to: other)
    #expect(counts(changed) == [.textChanged: 1, .split: 1, .onlyInOld: 1, .onlyInNew: 1])
    #expect(changed.unchanged == 1)
    #expect(changed.lines.contains { $0.contains("message 1, byte 2: ") })

    let template = try difference(rows(2), to: rows(2), FormatOptions(templates: ["llama3"]))
    #expect(counts(template) == [.template: 2])
    #expect(template.settings.count == 2, "templates and the option")

    let trainOn = try difference(
      [SampleConversations.dialogue("a", "b", "c", "d")],
      to: [SampleConversations.dialogue("a", "b", "c", "d")], FormatOptions(trainOn: .lastAssistant)
    )
    #expect(counts(trainOn) == [.trainOn: 1])
    #expect(trainOn.examples.first?.detail.contains("is no longer trained on") == true)

    var weighted = rows(1)
    weighted[0].messages[1].weight = 0.5
    #expect(counts(try difference(rows(1), to: weighted)) == [.weights: 1])

    let long = [SampleConversations.dialogue("a", String(repeating: "b", count: 60))]
    let cut = try difference(long, to: long, FormatOptions(maxLength: 50, truncation: .right))
    #expect(counts(cut) == [.truncation: 1])
  }

  @Test func anAnswerThatWasLengthenedIsAnotherText() throws {
    let found = try difference(
      [SampleConversations.dialogue("a", "yes")], to: [SampleConversations.dialogue("a", "yes, no")]
    )
    #expect(counts(found) == [.textChanged: 1])
    #expect(found.examples.first?.detail == "message 1, byte 3: `yes` → `yes, no`")
    let shortened = try difference(
      [SampleConversations.dialogue("a", "yes, no")], to: [SampleConversations.dialogue("a", "yes")]
    )
    #expect(counts(shortened) == [.textChanged: 1])
  }

  @Test func aRowThatWasCutBeforeItsLastMessagesIsTruncated() throws {
    let long = [
      SampleConversations.dialogue("ಪ್ರಶ್ನೆ", "ಉತ್ತರ ಉತ್ತರ ಉತ್ತರ", "ಪ್ರಶ್ನೆ", "ಉತ್ತರ")
    ]
    for template in ["chatml", "llama3"] {
      let whole = try SampleMaker(
        FormatOptions(templates: [template]), tokenizer: ToyTokenizer()
      ).make(long[0]).renderedTokens
      for length in 24..<whole {
        let options = FormatOptions(templates: [template], maxLength: length, truncation: .right)
        // Where no answer fits there is no set.
        guard let cut = try? ShardFolder(long, options) else { continue }
        let full = try ShardFolder(long, FormatOptions(templates: [template]))
        let found = try ShardDifference(from: full.open(), to: cut.open())
        #expect(counts(found) == [.truncation: 1], "\(template), \(length): \(found.lines)")
      }
    }
  }

  /// Llama 3 trims what ChatML leaves as it is.
  @Test func whatAnotherTemplateTrimsIsTheTemplates() throws {
    let rows = [SampleConversations.dialogue("question ", "answer", id: "a")]
    let old = try ShardFolder(rows, FormatOptions(templates: ["chatml"])).open()
    let new = try ShardFolder(rows, FormatOptions(templates: ["llama3"])).open()
    #expect(counts(try ShardDifference(from: old, to: new)) == [.template: 1])
  }

  @Test func excerptsAreCutWhereCharactersEnd() {
    func excerpt(_ text: String, _ byte: Int) -> String {
      ShardDifference.excerpt(of: Array(text.utf8), at: byte)
    }
    let text = "ಕನ್ನಡ ನಾಡಿನ ರಾಜಧಾನಿ ಬೆಂಗಳೂರು, ಕರ್ನಾಟಕ"
    for byte in 0...text.utf8.count {
      let shown = excerpt(text, byte)
      let place = Array(text.utf8).firstRange(of: Array(shown.utf8))
      let start = place.map { text.utf8.index(text.startIndex, offsetBy: $0.lowerBound) }
      #expect(start.map(text.indices.contains) == true, "\(byte): \(shown)")
    }
    #expect(excerpt("abcdefgh", 6) == "cdefgh")
    #expect(excerpt("", 0) == "" && excerpt("ab", 2) == "ab")
    let marks = "a" + String(repeating: "\u{301}", count: 10_000)
    #expect(excerpt(marks, 9).unicodeScalars.count == 80)
  }

  @Test func theSameTextAsOtherTokens() throws {
    let row = [SampleConversations.dialogue("?", "\nx")]
    let found = try difference(row, to: row, FormatOptions(border: .asRendered))
    #expect(counts(found) == [.tokenizer: 1])
  }
}
