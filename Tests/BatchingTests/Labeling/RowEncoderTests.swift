import Artifacts
import Conversations
import Testing

@testable import Batching

@Suite struct RowEncoderTests {
  private let tokenizer = ToyTokenizer()

  /// One encoder takes all conversations in turn, so nothing may stay behind from the one before.
  @Test(arguments: BorderRule.allCases, TrainOn.allCases.filter { $0 != .responseTemplate })
  func givesWhatTheReadableEncoderGives(border: BorderRule, trainOn: TrainOn) throws {
    var generator = SplitMix64(seed: 17)
    var fast = RowEncoder(tokenizer: tokenizer, border: border)
    let slow = SampleEncoder(tokenizer: tokenizer, border: border)
    for name in ["chatml", "llama3", "instruction"] {
      let template = try TemplateCatalog.template(named: name, for: tokenizer)
      for number in 0..<200 {
        let conversation = SampleConversations.random(&generator, id: "\(number)", flags: true)
        let plan = try LabelPlan(for: conversation, trainOn: trainOn)
        let rendered = try template.render(conversation, labels: plan)
        let expected = try slow.encode(rendered)
        #expect(try fast.encode(rendered) == expected, "\(name) \(conversation.json.compactString)")
      }
    }
  }

  @Test(arguments: BorderRule.allCases)
  func givesTheSameWhereControlTokensTakeSpace(border: BorderRule) throws {
    let tokenizer = ToyTokenizer(takers: ["<|im_start|>", "<|im_end|>", "<|end_header_id|>"])
    var generator = SplitMix64(seed: 19)
    var fast = RowEncoder(tokenizer: tokenizer, border: border)
    let slow = SampleEncoder(tokenizer: tokenizer, border: border)
    for name in ["chatml", "llama3"] {
      let options = FormatOptions(templates: [name], border: border)
      let template = try TemplateCatalog.template(named: name, for: tokenizer)
      var records: [ShardRecord] = []
      for number in 0..<200 {
        let conversation = SampleConversations.random(&generator, id: "\(number)", flags: true)
        let plan = try LabelPlan(for: conversation, trainOn: .assistant)
        let rendered = try template.render(conversation, labels: plan)
        let expected = try slow.encode(rendered)
        #expect(try fast.encode(rendered) == expected, "\(name) \(conversation.json.compactString)")
        if expected.sample.supervisedCount > 0 {
          records.append(ShardRecord(sample: expected.sample))
        }
      }
      let report = try ShardFolder(records: records, options, tokenizer: tokenizer).verify()
      #expect(report.proof.holds && report.proof.rows > 100, "\(report.examples.prefix(2))")
    }
  }

  @Test func aResponseTemplateCutsInsideAnswers() throws {
    var generator = SplitMix64(seed: 18)
    let options = FormatOptions(
      trainOn: .responseTemplate, responseTemplate: "$2", maxLength: 10_000, border: .asRendered)
    let maker = try SampleMaker(options, tokenizer: tokenizer)
    var fast = RowEncoder(tokenizer: tokenizer, border: options.border)
    for number in 0..<300 {
      let conversation = SampleConversations.random(&generator, id: "\(number)")
      let expected = try maker.make(conversation)
      let found = try maker.make(conversation, at: nil, by: &fast)
      #expect(found.samples == expected.samples, "\(conversation.json.compactString)")
      #expect(found.straddles == expected.straddles)
    }
  }

  @Test func aMissingControlTokenIsNamed() throws {
    let template = try TemplateCatalog.template(named: "chatml", for: tokenizer)
    let rendered = try template.render(
      SampleConversations.dialogue("a", "b"), labels: LabelPlan.none)
    var encoder = RowEncoder(tokenizer: ToyTokenizer(specials: ["<|x|>"]), border: .cutAtAnswer)
    #expect(throws: AksharaError.self) { try encoder.encode(rendered) }
  }

  @Test func shortPiecesAreKeptWithTheirEnds() {
    var pieces = ShortPieces()
    let texts = ["user", "assistant", "\n\n", "ಕ", "0123456789abcdef"].map { Array($0.utf8) }
    for (number, text) in texts.enumerated() {
      text.withUnsafeBufferPointer { piece in
        [Int32(number), 7].withUnsafeBufferPointer { ids in
          [Int32(1), Int32(text.count)].withUnsafeBufferPointer { pieces.insert(piece, ids, $0) }
        }
      }
    }
    var found = 0
    for (number, text) in texts.enumerated() {
      var (ids, ends): ([Int32], [Int32]) = ([], [])
      let isKnown = text.withUnsafeBufferPointer { pieces.append($0, offset: 5, to: &ids, &ends) }
      guard isKnown else { continue }
      found += 1
      #expect(ids == [Int32(number), 7] && ends == [6, Int32(text.count) + 5])
    }
    #expect(found >= 3)
    var (ids, ends): ([Int32], [Int32]) = ([], [])
    let unknown = Array("users".utf8)
    #expect(!unknown.withUnsafeBufferPointer { pieces.append($0, offset: 0, to: &ids, &ends) })
  }
}
