import Artifacts
import Conversations
import Testing

@testable import Batching

@Suite struct PlainRowCheckTests {
  private let tokenizer = ToyTokenizer()

  private func records(
    _ options: FormatOptions, count: Int = 40, _ generator: inout SplitMix64
  ) throws -> [ShardRecord] {
    let maker = try SampleMaker(options, tokenizer: tokenizer)
    return try (0..<count).flatMap { number in
      try maker.make(
        SampleConversations.random(&generator, id: "\(number)", flags: true)
      ).samples.map { ShardRecord(sample: $0) }
    }
  }

  /// Changes one thing in a row, whatever comes of it.
  private func damage(_ sample: inout LabeledSample, _ generator: inout SplitMix64) {
    let token = generator.next(below: sample.inputIDs.count)
    let span = generator.next(below: sample.spans.count)
    let other = generator.next(below: sample.spans.count)
    switch generator.next(below: 22) {
    case 0: sample.inputIDs[token] = Int32(generator.next(below: 2 * tokenizer.vocabularyCount))
    case 1: sample.labels[token] = Int32(generator.next(below: 300)) - 100
    case 2: sample.labels[token] = ignoreIndex
    case 3: sample.labels[token] = sample.inputIDs[token]
    case 4: sample.spans[span].supervised.toggle()
    case 5: sample.spans[span].kind = SegmentKind.allCases[generator.next(below: 7)]
    case 6: sample.spans[span].weight = [0, -1, .nan, .infinity, 2][generator.next(below: 5)]
    case 7: sample.spans[span].message = generator.next(below: 5) - 1
    case 8: sample.spans[span].message = nil
    case 9: sample.text += "x"
    case 10: sample.spans.remove(at: span)
    case 11: sample.template = "nobody's"
    case 12: sample.spans.swapAt(span, other)
    case 13:
      sample.labels = sample.labels.map { _ in ignoreIndex }
      for index in sample.spans.indices { sample.spans[index].supervised = false }
    case 14: (sample.inputIDs, sample.labels, sample.spans) = ([], [], [])
    case 15: moveBorder(&sample, span)
    case 16...18:
      let answers = sample.spans.indices.filter { sample.spans[$0].isAnswer }
      shiftBytes(&sample, answers.isEmpty ? span : answers[generator.next(below: answers.count)])
    case 19: put(generator.next(below: tokenizer.specials.count), at: token, of: &sample)
    default:
      sample.inputIDs[token] = Int32(generator.next(below: tokenizer.specials.count))
      if sample.labels[token] != ignoreIndex { sample.labels[token] = sample.inputIDs[token] }
      renderAgain(&sample)
    }
  }

  /// Gives the first byte of a span to the span before it, but not the token that it is of.
  private func shiftBytes(_ sample: inout LabeledSample, _ span: Int) {
    guard span > 0, !sample.spans[span].bytes.isEmpty else { return }
    let border = sample.spans[span].bytes.lowerBound + 1
    sample.spans[span].bytes = border..<sample.spans[span].bytes.upperBound
    sample.spans[span - 1].bytes = sample.spans[span - 1].bytes.lowerBound..<border
  }

  /// Puts a control token in front of a token, into the same span.
  private func put(_ id: Int, at token: Int, of sample: inout LabeledSample) {
    sample.inputIDs.insert(Int32(id), at: token)
    sample.labels.insert(sample.labels[token] == ignoreIndex ? ignoreIndex : Int32(id), at: token)
    for index in sample.spans.indices {
      let tokens = sample.spans[index].tokens
      sample.spans[index].tokens =
        tokens.lowerBound + (tokens.lowerBound > token ? 1 : 0)..<tokens.upperBound
        + (tokens.upperBound > token ? 1 : 0)
    }
    renderAgain(&sample)
  }

  /// Makes text and bytes of spans those of the tokens.
  private func renderAgain(_ sample: inout LabeledSample) {
    var text: [UInt8] = []
    for index in sample.spans.indices {
      let start = text.count
      text += tokenizer.decode(sample.inputIDs[sample.spans[index].tokens])
      sample.spans[index].bytes = start..<text.count
    }
    sample.text = String(decoding: text, as: UTF8.self)
  }

  /// Gives the first token of a span, with its bytes, to the span before it.
  private func moveBorder(_ sample: inout LabeledSample, _ span: Int) {
    let tokens = sample.spans[span].tokens
    guard span > 0, let first = tokens.first,
      let count = tokenizer.bytes(of: sample.inputIDs[first])?.count,
      count <= sample.spans[span].bytes.count
    else { return }
    let border = sample.spans[span].bytes.lowerBound + count
    sample.spans[span].tokens = first + 1..<tokens.upperBound
    sample.spans[span].bytes = border..<sample.spans[span].bytes.upperBound
    sample.spans[span - 1].tokens = sample.spans[span - 1].tokens.lowerBound..<first + 1
    sample.spans[span - 1].bytes = sample.spans[span - 1].bytes.lowerBound..<border
  }

  /// Faults and observations of a set, with and without the quick check.
  private func findings(
    _ set: ShardSet, closely: Bool
  ) -> [(fault: SupervisionProof.Fault?, line: String)] {
    let checker = RowChecker(set.manifest, tokenizer: tokenizer, closely: closely)
    return set.splits.flatMap { set.batches($0) }.map(checker.check).flatMap { found in
      found.faults.map { ($0.finding.fault, "\($0.row) \($0.finding.fault) \($0.finding.detail)") }
        + found.observations.sorted { $0.key.rawValue < $1.key.rawValue }.map {
          (nil, "\($0.key) \($0.value)")
        }
    }
  }

  /// Every kind of fault but one that stands in another file comes of some change.
  @Test func findsWhatTheCloseLookFinds() throws {
    var generator = SplitMix64(seed: 77)
    var seen: [SupervisionProof.Fault: Int] = [:]
    for round in 0..<72 {
      let options = FormatOptions(
        templates: [["chatml", "llama3", "instruction", "vicuna"][round % 4]],
        trainOn: [.assistant, .all, .lastAssistant][round / 4 % 3], maxLength: 150,
        truncation: round % 5 == 0 ? .right : .drop,
        border: BorderRule.allCases[round / 12 % 3])
      var records = try records(options, &generator)
      for index in records.indices where index % 3 != 0 {
        damage(&records[index].sample, &generator)
      }
      let set = try ShardFolder(records: records, options).open()
      let close = findings(set, closely: true)
      #expect(findings(set, closely: false).map(\.line) == close.map(\.line), "round \(round)")
      for case (let fault?, _) in close { seen[fault, default: 0] += 1 }
    }
    for fault in SupervisionProof.Fault.allCases where fault != .hiddenToken {
      #expect(seen[fault] ?? 0 > 2, "\(fault)")
    }
  }

  @Test func aHiddenTokenIsFound() throws {
    var generator = SplitMix64(seed: 79)
    let options = FormatOptions(templates: ["llama3"], maxLength: 10_000)
    let folder = try ShardFolder(records: try records(options, count: 3, &generator), options)
    let ids = try folder.open().batches(.train)[0].inputIDs(0).count
    try folder.change("train/data-00000-of-00001.arrow") { bytes in
      let ones = [UInt8](repeating: 1, count: ids)
      let start = bytes.indices.first { bytes[$0...].starts(with: ones) }
      if let start { bytes[start + ids / 2] = 0 }
    }
    let set = try folder.open()
    #expect(findings(set, closely: false).map(\.fault) == [.hiddenToken])
    #expect(findings(set, closely: true).map(\.fault) == [.hiddenToken])
  }

  /// Otherwise the quick check would be one in name only.
  @Test func soundRowsNeedNoCloseLook() throws {
    let options = FormatOptions(templates: ["llama3"], maxLength: 10_000)
    let maker = try SampleMaker(options, tokenizer: tokenizer)
    let records = try (0..<50).flatMap { number in
      try maker.make(
        SampleConversations.dialogue(
          "ಕನ್ನಡ \(number)?", "ಶ್ರೀ is $2", "user", "number \(number)", system: "in",
          id: "\(number)")
      ).samples.map { ShardRecord(sample: $0) }
    }
    let set = try ShardFolder(records: records, options).open()
    let ids = Set(ToyTokenizer.specials.compactMap { tokenizer.specialToken($0) })
    let template = PlainRowCheck.Template(
      name: Array("llama3".utf8), begin: tokenizer.specialToken("<|begin_of_text|>"),
      endOfTurn: tokenizer.specialToken("<|eot_id|>"), all: ids.sorted())
    let check = try #require(PlainRowCheck(options, [template], TokenTable(tokenizer)))
    for batch in set.batches(.train) {
      for row in 0..<batch.rowCount {
        #expect(
          check.supervisedCount(batch, batch.spanTable, row) == batch.supervisedCount(row))
      }
    }
  }
}
