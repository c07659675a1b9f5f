import Artifacts
import Conversations
import Fixtures
import Foundation
import Testing
import Tokenization

@testable import Batching

/// Sets of other tools', each sound or with one bug.
@Suite struct ForeignVerifierTests {
  private let tokenizer = ToyTokenizer()
  private let folder = TemporaryFolder()

  /// The rows of two conversations of two turns each, in ChatML or Llama 3's template.
  private func samples(_ template: String = "chatml") throws -> [LabeledSample] {
    let maker = try SampleMaker(FormatOptions(templates: [template]), tokenizer: tokenizer)
    return try conversations.flatMap { try maker.make($0).samples }
  }

  private var conversations: [Conversation] {
    [
      SampleConversations.dialogue("what", "this one", "and", "that one", id: "a"),
      SampleConversations.dialogue("ಹೇಗೆ", "ಚೆನ್ನಾಗಿ", "ఏమి", "మంచిది", id: "b"),
    ]
  }

  /// What is said of rows, saved as JSON Lines.
  private func verify(
    _ rows: [[String: [Int32]]], _ change: (inout ForeignVerifier.Knowledge) -> Void = { _ in }
  ) throws -> ForeignReport {
    let path = folder.file("rows.jsonl")
    let writer = try JSONLinesWriter(path)
    for row in rows {
      let pairs = row.sorted { $0.key < $1.key }
        .map { ($0.key, JSONValue.array($0.value.map { JSONValue($0) })) }
      try writer.write(.object(JSONObject(pairs)))
    }
    _ = try writer.commit()
    var knowledge = ForeignVerifier.Knowledge()
    change(&knowledge)
    return try ForeignVerifier(tokenizer: tokenizer, knowledge: knowledge)
      .verify(try ForeignSet(path))
  }

  private func row(_ sample: LabeledSample) -> [String: [Int32]] {
    ["input_ids": sample.inputIDs, "labels": sample.labels]
  }

  private func found(_ report: ForeignReport) -> [ForeignFault: Int] {
    report.faults.filter { $0.value > 0 }
  }

  /// The faults of two rows of which the second was changed: with nothing known but the tokenizer,
  /// and with the template.
  private func faults(
    _ template: String = "chatml", _ change: (inout LabeledSample) throws -> Void
  ) throws -> (bare: [ForeignFault: Int], withTemplate: [ForeignFault: Int]) {
    var rows = try samples(template)
    try change(&rows[1])
    let bare = try verify(rows.map(row))
    #expect(bare.template?.name == template && bare.template?.isGiven == false)
    #expect(bare.examples.allSatisfy { $0.row == 1 })
    let given = try verify(rows.map(row)) {
      $0.options.templates = [template]
      $0.isTemplateGiven = true
    }
    #expect(!given.isProven && !bare.isProven)
    return (found(bare), found(given))
  }

  @Test func soundRowsHaveNoFaultsAndSayWhatWasNotChecked() throws {
    for template in ["chatml", "llama3"] {
      let report = try verify(try samples(template).map(row))
      #expect(report.holds && !report.isProven, "\(report.lines(coloured: false))")
      #expect(report.unchecked.map(\.check) == [.messageBorders, .originalText, .controlTokens])
      #expect(report.rows == 2 && report.samples == 2)
      #expect(report.conclusion.hasPrefix("2 rows checked: no fault found, but not proven"))
    }
  }

  @Test func withTemplateAndConversationsItIsProven() throws {
    let file = folder.file("in.jsonl")
    try ShardFolder.write(conversations, to: file)
    for rows in [try samples(), try samples().reversed()] {
      let report = try verify(rows.map(row)) {
        $0.isTemplateGiven = true
        $0.conversations = [file]
      }
      #expect(report.isProven, "\(report.lines(coloured: false))")
      #expect(report.comparison?.identical == 2 && report.comparison?.missing == 0)
      #expect(report.conclusion == "2 rows checked: proven")
    }
    let one = try verify([row(try samples()[0])]) {
      $0.isTemplateGiven = true
      $0.conversations = [file]
    }
    #expect(one.isProven && one.comparison?.missing == 1)
    #expect(one.notices == ["1 conversations are in no row: filtered, cut or changed"])
    let twice = try verify(try [0, 0].map { row(try samples()[$0]) }) {
      $0.isTemplateGiven = true
      $0.conversations = [file]
    }
    #expect(twice.comparison?.missing == 1 && twice.comparison?.repeated == 1)
    #expect(twice.notices.contains { $0.hasPrefix("1 rows repeat others") })
  }

  @Test func rowsThatAreNotTheirConversationsAreExplained() throws {
    let file = folder.file("in.jsonl")
    try ShardFolder.write(conversations, to: file)
    var rows = try samples()
    rows[0].inputIDs.removeLast(3)
    rows[0].labels.removeLast(3)
    let label = try #require(rows[1].labels.firstIndex { $0 != ignoreIndex })
    rows[1].labels[label] = ignoreIndex
    let report = try verify(rows.map(row)) {
      $0.isTemplateGiven = true
      $0.conversations = [file]
    }
    let count = try samples()[0].inputIDs.count
    let details = report.examples.filter { $0.fault == .otherTokens || $0.fault == .otherLabels }
      .map(\.detail)
    #expect(details.count == 2)
    #expect(details[0] == "conversation `a` was cut from \(count) to \(count - 3) tokens")
    #expect(details[1].hasPrefix("conversation `b`: token \(label) "))
    #expect(details[1].hasSuffix("is not trained on"))
    #expect(found(report)[.answerStartUnsupervised] == 1)
  }

  // MARK: What only the conversations tell

  @Test func paddingWithoutAMaskIsNoted() throws {
    let file = folder.file("in.jsonl")
    try ShardFolder.write(conversations, to: file)
    let pad = try #require(tokenizer.specialToken("<|end_header_id|>"))
    let rows = try samples().map { sample in
      [
        "input_ids": sample.inputIDs + [pad, pad],
        "labels": sample.labels + [ignoreIndex, ignoreIndex],
      ]
    }
    let report = try verify(rows) {
      $0.isTemplateGiven = true
      $0.conversations = [file]
      $0.tokens.padding = "<|end_header_id|>"
    }
    #expect(report.isProven, "\(report.lines(coloured: false))")
    #expect(report.notices == ["2 rows end with padding that no attention mask hides"])
  }

  @Test func ofNoRowsNothingIsProven() throws {
    let file = folder.file("in.jsonl")
    try ShardFolder.write(conversations, to: file)
    let report = try verify([]) {
      $0.isTemplateGiven = true
      $0.conversations = [file]
    }
    #expect(!report.isProven && report.conclusion == "no rows: not proven")
    #expect(throws: AksharaError.self) { try report.requireNoFaults() }
  }

  @Test func weightsThatTheSetLacksAreAFault() throws {
    let file = folder.file("in.jsonl")
    var weighted = conversations
    weighted[0].messages[1].weight = 0.5
    try ShardFolder.write(weighted, to: file)
    let report = try verify(try samples().map(row)) {
      $0.isTemplateGiven = true
      $0.conversations = [file]
    }
    #expect(found(report) == [.otherLabels: 1])
    #expect(report.examples.first?.detail == "conversation `a` has weights, which the set has not")
  }

  @Test func aRowThatTheTemplateMakesIsSoundWhateverItsFormsSay() throws {
    let file = folder.file("in.jsonl")
    try ShardFolder.write(conversations, to: file)
    // TRL's own training templates train on the line feed behind an answer's end, too.
    let template = folder.file("chatml_training.jinja")
    try Data(
      """
      {%- for m in messages -%}{{- '<|im_start|>' + m['role'] + '\n' -}}{%- if m['role'] == 'assistant' -%}\
      {%- generation -%}{{- m['content'] + '<|im_end|>\n' -}}{%- endgeneration -%}{%- else -%}\
      {{- m['content'] + '<|im_end|>\n' -}}{%- endif -%}{%- endfor -%}
      """.utf8
    ).write(to: URL(fileURLWithPath: template))
    var rows = try samples(template)
    func report() throws -> ForeignReport {
      try verify(rows.map(row)) {
        $0.options.templates = [template]
        $0.isTemplateGiven = true
        $0.conversations = [file]
      }
    }
    let line = try #require(rows[1].labels.last)
    #expect(line != ignoreIndex && tokenizer.decode([line]) == Array("\n".utf8))
    let sound = try report()
    #expect(sound.isProven, "\(sound.lines(coloured: false))")
    rows[1].labels[rows[1].labels.count - 1] = ignoreIndex
    #expect(found(try report())[.otherLabels] == 1)
  }

  // MARK: One bug each

  @Test func aRowThatTrainsOnNothing() throws {
    let found = try faults { $0.labels = $0.labels.map { _ in ignoreIndex } }
    #expect(found.bare == [.noSupervisedToken: 1] && found.withTemplate == found.bare)
  }

  @Test func anEndThatIsNeverTrainedOn() throws {
    let end = try #require(tokenizer.specialToken("<|im_end|>"))
    let found = try faults { sample in
      for index in sample.labels.indices where sample.labels[index] == end {
        sample.labels[index] = ignoreIndex
      }
    }
    #expect(found.bare == [.unsupervisedEndOfTurn: 1] && found.withTemplate == found.bare)
  }

  @Test func labelsThatAreShifted() throws {
    for isLeft in [true, false] {
      let found = try faults { sample in
        sample.labels =
          isLeft
          ? Array(sample.labels.dropFirst()) + [ignoreIndex]
          : [ignoreIndex] + sample.labels.dropLast()
      }
      #expect(found.bare == [.shiftedLabels: 1] && found.withTemplate == found.bare)
    }
  }

  @Test func aLabelThatIsNotItsToken() throws {
    let found = try faults { sample in
      let index = try #require(sample.labels.firstIndex { $0 != ignoreIndex })
      sample.labels[index] += 1
    }
    #expect(found.bare == [.labelDiffersFromToken: 1] && found.withTemplate == found.bare)
  }

  @Test func anAnswerWhoseFirstTokenOrMiddleIsMissing() throws {
    let first = try faults { sample in
      let index = try #require(sample.labels.firstIndex { $0 != ignoreIndex })
      sample.labels[index] = ignoreIndex
    }
    #expect(first.withTemplate == [.answerStartUnsupervised: 1])
    let middle = try faults { sample in
      let index = try #require(sample.labels.firstIndex { $0 != ignoreIndex })
      sample.labels[index + 2] = ignoreIndex
    }
    #expect(middle.withTemplate == [.answerPartUnsupervised: 1])
  }

  @Test func headersQuestionsAndAnswersThatAreNot() throws {
    let header = try faults { sample in
      let index = try #require(sample.labels.firstIndex { $0 != ignoreIndex }) - 1
      sample.labels[index] = sample.inputIDs[index]
    }
    #expect(header.withTemplate == [.supervisedHeader: 1])
    let question = try faults { sample in
      let span = try #require(sample.spans.first { $0.role == .user && $0.kind == .content })
      for index in span.tokens { sample.labels[index] = sample.inputIDs[index] }
    }
    #expect(question.withTemplate == [.supervisedContext: 1])
    let answer = try faults { sample in
      let spans = sample.spans.filter { $0.message == 1 }
      for index in spans.flatMap(\.tokens) { sample.labels[index] = ignoreIndex }
    }
    #expect(answer.withTemplate == [.unsupervisedAnswer: 1])
  }

  @Test func anAnswerThatIsCut() throws {
    let found = try faults { sample in
      let span = try #require(sample.spans.last { $0.kind == .content })
      sample.inputIDs.removeSubrange((span.tokens.upperBound - 1)...)
      sample.labels.removeSubrange((span.tokens.upperBound - 1)...)
    }
    #expect(found.bare == [.cutAnswer: 1] && found.withTemplate == found.bare)
  }

  @Test func aBeginTokenTwiceOrNotAtAll() throws {
    let twice = try faults("llama3") { sample in
      sample.inputIDs.insert(sample.inputIDs[0], at: 0)
      sample.labels.insert(ignoreIndex, at: 0)
    }
    #expect(twice.bare == [.misplacedBeginToken: 1] && twice.withTemplate == twice.bare)
    let none = try faults("llama3") { sample in
      sample.inputIDs.removeFirst()
      sample.labels.removeFirst()
    }
    #expect(none.withTemplate == [.misplacedBeginToken: 1])
  }

  @Test func samplesThatSeeEachOther() throws {
    let other = try samples("llama3")[0]
    let found = try faults("llama3") { sample in
      sample.inputIDs += other.inputIDs
      sample.labels += other.labels
    }
    #expect(found.bare == [.packedWithoutBorders: 1] && found.withTemplate == found.bare)
  }

  @Test func packedRowsAreTakenApart() throws {
    let rows = try samples("llama3")
    let packed = ["input_ids": rows.flatMap(\.inputIDs), "labels": rows.flatMap(\.labels)]
    let positions = rows.flatMap { $0.inputIDs.indices.map { Int32($0) } }
    let lengths = rows.map { Int32($0.inputIDs.count) }
    for border in [["position_ids": positions], ["seq_lengths": lengths]] {
      let report = try verify([packed.merging(border) { $1 }])
      #expect(report.holds && report.rows == 1 && report.samples == 2)
    }
  }

  @Test func aControlTokenInsideOfAMessage() throws {
    let found = try faults { sample in
      let span = try #require(sample.spans.first { $0.role == .user && $0.kind == .content })
      let token = try #require(tokenizer.specialToken("<|eot_id|>"))
      sample.inputIDs.insert(token, at: span.tokens.lowerBound + 1)
      sample.labels.insert(ignoreIndex, at: span.tokens.lowerBound + 1)
    }
    #expect(found.withTemplate == [.controlTokenInContent: 1])
  }

  @Test func anotherTokenizersTokens() throws {
    let found = try faults { $0.inputIDs[0] = 90_000 }
    #expect(found.bare == [.tokenOutsideVocabulary: 1])
  }

  @Test func anotherTemplate() throws {
    let report = try verify(try samples("llama3").map(row)) {
      $0.isTemplateGiven = true
      $0.options.templates = ["chatml"]
    }
    #expect(found(report)[.templateNotFound] == 2)
  }

  // MARK: Columns

  @Test func paddingIsNoPartOfARow() throws {
    let pad: [Int32] = [6, 6]  // <|im_end|>, as where pad is the end token
    let rows = try samples().map { sample in
      [
        "input_ids": sample.inputIDs + pad, "labels": sample.labels + [-100, -100],
        "attention_mask": sample.inputIDs.map { _ in 1 } + [0, 0],
      ]
    }
    let report = try verify(rows)
    #expect(report.holds, "\(report.lines(coloured: false))")
    #expect(report.tokens.all == (try samples().reduce(0) { $0 + $1.inputIDs.count }))
    var trained = rows
    let last = try #require(trained[1]["labels"]?.indices.last)
    trained[1]["labels"]?[last] = 6
    #expect(found(try verify(trained)) == [.supervisedPadding: 1])
    var hole = rows
    hole[1]["attention_mask"]?[2] = 0
    #expect(found(try verify(hole)) == [.hiddenToken: 1])
  }

  @Test func masksAreReadAsTRLReadsThem() throws {
    let rows = try samples().map { sample in
      [
        "input_ids": sample.inputIDs,
        "assistant_masks": sample.labels.map { $0 == ignoreIndex ? 0 : 1 },
        "completion_mask": sample.labels.map { _ in 1 },
      ]
    }
    let report = try verify(rows)
    #expect(report.holds && report.labelSource == .masks)
    let whole = try verify(try samples().map { ["input_ids": $0.inputIDs] })
    #expect(whole.labelSource == .none && whole.wholeRows == 2)
    #expect(whole.notices == ["2 of 2 samples train on every token, prompts too"])
    #expect(found(whole)[.supervisedHeader] == 2)
  }

  @Test func columnsThatDoNotFit() throws {
    let sample = try samples()[0]
    #expect(
      found(
        try verify([
          row(sample), ["input_ids": sample.inputIDs, "labels": [1]],
          ["input_ids": [], "labels": []],
        ])) == [.unequalColumns: 2])
  }

  // MARK: Our own form

  @Test func aSetIsRewrittenAndNamesWhatIsOpen() throws {
    var rows = try samples().map(row)
    rows.append(["input_ids": [1, 2], "labels": [-100, -100]])
    _ = try verify(rows)
    let output = folder.file("ours")
    var knowledge = ForeignVerifier.Knowledge()
    let sharder = ForeignSharder(tokenizer: tokenizer, knowledge: knowledge)
    let set = try ForeignSet(folder.file("rows.jsonl"))
    let (manifest, report) = try sharder.run(set, output: output)
    #expect(!report.holds && manifest.proof?.holds == true)
    #expect(manifest.totals.dropped == ["no_supervised_token": 1])
    #expect(manifest.totals.isConserved)
    #expect(manifest.proof?.unproven == [.originalText, .messageBorders, .controlTokens])
    let ours = try ShardSet(output)
    for (index, sample) in try samples().enumerated() {
      #expect(ours.row(.train, index).inputIDs == sample.inputIDs)
      #expect(ours.row(.train, index).labels == sample.labels)
    }
    // Whoever trains must say what they accept.
    #expect {
      try ours.requireProof()
    } throws: {
      "\($0)".contains("accept_unproven: [original_text, message_borders, control_tokens]")
    }
    #expect(throws: AksharaError.self) { try ours.requireProof(accepting: [.originalText]) }
    try ours.requireProof(accepting: SupervisionProof.Unproven.allCases)
    #expect(try ShardVerifier(tokenizer: tokenizer).verify(ours).holds)

    let file = folder.file("in.jsonl")
    try ShardFolder.write(conversations, to: file)
    knowledge.isTemplateGiven = true
    knowledge.conversations = [file]
    _ = try verify(Array(rows.dropLast()))
    let whole = try ForeignSharder(tokenizer: tokenizer, knowledge: knowledge).run(
      try ForeignSet(folder.file("rows.jsonl")), output: output)
    #expect(whole.report.isProven && whole.manifest.proof?.unproven == [])
    try ShardSet(output).requireProof()
  }

  @Test func rowsOfKnownConversationsTakeTheirIDsAndSpans() throws {
    var conversations = conversations
    conversations[1].language = "kn"
    conversations[1].tags = ["x"]
    let file = folder.file("in.jsonl")
    try ShardFolder.write(conversations, to: file)
    let samples = try samples()
    // The second conversation comes first, and again at the end; the third row is none of theirs.
    var other = samples[0]
    other.inputIDs.removeLast(3)
    other.labels.removeLast(3)
    _ = try verify([samples[1], samples[0], other, samples[1]].map(row))
    var knowledge = ForeignVerifier.Knowledge()
    knowledge.isTemplateGiven = true
    knowledge.conversations = [file]
    let output = folder.file("ours")
    let made = try ForeignSharder(tokenizer: tokenizer, knowledge: knowledge, threads: 2)
      .run(try ForeignSet(folder.file("rows.jsonl")), output: output)
    #expect(made.manifest.proof?.unproven == [.originalText, .controlTokens])
    #expect(made.manifest.totals.isConserved)
    #expect(made.manifest.totals.languages == ["": 2, "kn": 2])
    let ours = try ShardSet(output)
    let records = try (0..<4).map { try ours.record(.train, $0) }
    #expect(records.map(\.sample.conversationID) == ["b", "a", "train-2", "train-3"])
    for (record, sample) in zip(records, [samples[1], samples[0]]) {
      #expect(record.sample == sample)
    }
    #expect(records[0].tags == ["x"] && records[3].sample.spans == samples[1].spans)
    #expect(!Path.exists(Path.join(output, "rendered")))
    #expect {
      try ShardVerifier(tokenizer: tokenizer).verify(ours, conversations: [file])
    } throws: {
      "\($0)".contains("akshara shard --from")
    }
  }

  @Test func faultyRowsStayUnlessTheyShallGo() throws {
    var rows = try samples()
    let end = try #require(rows[1].labels.lastIndex { $0 != ignoreIndex })
    rows[1].labels[end] = ignoreIndex
    _ = try verify(rows.map(row))
    let set = try ForeignSet(folder.file("rows.jsonl"))
    var knowledge = ForeignVerifier.Knowledge()
    knowledge.isTemplateGiven = true
    let kept = try ForeignSharder(tokenizer: tokenizer, knowledge: knowledge)
      .run(set, output: folder.file("kept"))
    #expect(kept.manifest.proof?.holds == false)
    #expect(kept.manifest.proof?.faults[.unsupervisedEndOfTurn] == 1)
    let dropped = try ForeignSharder(
      tokenizer: tokenizer, knowledge: knowledge, dropsFaulty: true
    ).run(set, output: folder.file("dropped"))
    #expect(dropped.manifest.proof?.holds == true)
    #expect(dropped.manifest.totals.dropped == ["unsupervised_end_of_turn": 1])
  }

  @Test func aRowCutInsideACharacterLosesThatCharacter() throws {
    var rows = try samples()
    // The last answer without its end, cut behind the first byte of a character.
    let text = try #require(rows[1].spans.last { $0.kind == .content })
    rows[1].inputIDs.removeSubrange((text.tokens.upperBound - 2)...)
    rows[1].labels.removeSubrange((text.tokens.upperBound - 2)...)
    _ = try verify(rows.map(row))
    let made = try ForeignSharder(tokenizer: tokenizer, knowledge: .init())
      .run(try ForeignSet(folder.file("rows.jsonl")), output: folder.file("ours"))
    #expect(made.manifest.totals.isConserved)
    #expect(made.manifest.totals.truncated == ["partial_character": 1])
    #expect(made.manifest.proof?.holds == true)
  }
}
