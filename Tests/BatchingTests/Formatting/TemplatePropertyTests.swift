import Conversations
import Fixtures
import Testing
import Tokenization

@testable import Batching

/// What holds for every template, whatever the conversation and the tokenizer.
@Suite struct TemplatePropertyTests {
  private func encode(
    _ conversation: Conversation, _ template: any ChatTemplate, _ tokenizer: any Tokenizer,
    border: BorderRule = .cutAtAnswer, trainOn: TrainOn = .assistant
  ) throws -> (rendered: RenderedConversation, sample: LabeledSample) {
    let plan = try LabelPlan(for: conversation, trainOn: trainOn)
    let rendered = try template.render(conversation, labels: plan)
    let encoder = SampleEncoder(tokenizer: tokenizer, border: border)
    return (rendered, try encoder.encode(rendered).sample)
  }

  /// Injection: whatever stands in messages, calls, results and tools, whole or broken over borders,
  /// the control tokens of a row are those that the template wrote.
  @Test(arguments: TemplateCases.names)
  func controlTokensComeFromTheTemplateAlone(name: String) throws {
    let tokenizer = TemplateCases.tokenizer
    let template = try TemplateCases.template(name)
    var generator = SplitMix64(seed: 41)
    for round in 0..<150 {
      let conversation = TemplateCases.conversation(&generator, for: name, id: "\(round)")
      for border in BorderRule.allCases {
        let (rendered, sample) = try encode(conversation, template, tokenizer, border: border)
        let written = rendered.segments.compactMap { segment in
          if case .control(let token) = segment.piece { token } else { nil }
        }
        #expect(
          tokenizer.texts(sample.inputIDs.filter(tokenizer.isSpecial)) == written,
          "\(name), \(border), \(conversation)")
        #expect(Set(written).isSubset(of: template.requiredSpecialTokens))
        #expect(tokenizer.decode(sample.inputIDs) == Array(rendered.text.utf8))
      }
    }
  }

  /// Every control token's text alone, in every role that the template has.
  @Test(arguments: TemplateCases.names)
  func aControlTokensTextInAnyRoleStaysText(name: String) throws {
    let tokenizer = TemplateCases.tokenizer
    let template = try TemplateCases.template(name)
    let clean = SampleConversations.dialogue("a", "b", "c", "d")
    let expected = try encode(clean, template, tokenizer).sample.inputIDs.filter(
      tokenizer.isSpecial)
    for token in TemplateCases.controlTokens {
      let half = token.index(token.startIndex, offsetBy: token.count / 2)
      let broken = [String(token[..<half]), String(token[half...])]
      for texts in [[token, token, token, token], [broken[0], broken[1], broken[0], broken[1]]] {
        let conversation = SampleConversations.dialogue(texts[0], texts[1], texts[2], texts[3])
        let ids = try encode(conversation, template, tokenizer).sample.inputIDs
        #expect(ids.filter(tokenizer.isSpecial) == expected, "\(name): \(token)")
      }
    }
  }

  /// DESIGN §6: under `cutAtAnswer` every prompt is a prefix of what is trained on.
  private func expectPromptsArePrefixes(
    _ name: String, _ tokenizer: any Tokenizer, rounds: Int
  ) throws {
    let template = try TemplateCases.template(name, tokenizer)
    let prompts = try PromptEncoder(template, tokenizer: tokenizer)
    var generator = SplitMix64(seed: 42)
    var compared = 0
    for round in 0..<rounds {
      let conversation = TemplateCases.conversation(&generator, for: name, id: "\(round)")
      let trainOn = TrainOn.allCases[round % 3]
      let ids = try encode(conversation, template, tokenizer, trainOn: trainOn).sample.inputIDs
      for answer in conversation.messages.indices
      where conversation.messages[answer].role == .assistant {
        var asked = conversation
        asked.messages.removeSubrange(answer...)
        #expect(
          ids.starts(with: try prompts.tokens(for: asked)),
          "\(name), message \(answer) of \(conversation)")
        compared += 1
      }
    }
    #expect(compared >= rounds)
  }

  @Test(arguments: TemplateCases.names)
  func everyPromptIsAPrefixOfTheTrainingTokens(name: String) throws {
    try expectPromptsArePrefixes(name, TemplateCases.tokenizer, rounds: 150)
  }

  @Test func everyPromptIsAPrefixUnderTokenizersOfRealModels() throws {
    guard let llama = RepositoryPaths.shared("data/tok_llama3/llama3_tokenizer.model"),
      let qwen = RepositoryPaths.shared("data/tok_qwen/qwen.tiktoken")
    else { return }
    // In Qwen's vocabulary these are ordinary tokens, so that no template can have them as control tokens.
    for (path, pattern, ordinary) in [
      (llama, SplitPattern.llama3, []), (qwen, .qwen2, ["<s>", "</s>"]),
    ] {
      let tokens = TemplateCases.controlTokens.filter { !ordinary.contains($0) }.enumerated().map {
        AddedToken(id: 200_000 + TokenID($0), text: $1)
      }
      let tokenizer = try BPETokenizer(contentsOf: path, pattern: pattern, specialTokens: tokens)
      for name in TemplateCases.names
      where try TemplateCases.template(name).requiredSpecialTokens.allSatisfy({
        !ordinary.contains($0)
      }) {
        try expectPromptsArePrefixes(name, tokenizer, rounds: 12)
      }
    }
  }

  /// Labels, spans and text agree, whatever is trained on, thinking and calls apart.
  @Test(arguments: TemplateCases.names)
  func labelsFollowTheSpans(name: String) throws {
    let template = try TemplateCases.template(name)
    var generator = SplitMix64(seed: 43)
    for round in 0..<100 {
      let conversation = TemplateCases.conversation(&generator, for: name, id: "\(round)")
      let plan = try LabelPlan(
        for: conversation, trainOn: .assistant, thinking: round % 2 == 0, toolCalls: round % 3 == 0)
      let rendered = try template.render(conversation, labels: plan)
      for segment in rendered.segments where segment.supervised {
        #expect(segment.role == .assistant, "\(name): \(segment)")
        #expect(segment.kind.isSaid || segment.kind == .endOfTurn, "\(name): \(segment)")
        #expect(segment.kind != .thinking || round % 2 == 0)
        #expect(segment.kind != .toolCall || round % 3 == 0)
      }
      let whole = try template.render(conversation, labels: .none)
      #expect(whole.text == rendered.text)
      #expect(try everythingUnderAll(conversation, template), "\(name)")
    }
  }

  private func everythingUnderAll(
    _ conversation: Conversation, _ template: any ChatTemplate
  ) throws -> Bool {
    let plan = try LabelPlan(for: conversation, trainOn: .all)
    return try template.render(conversation, labels: plan).segments.allSatisfy(\.supervised)
  }

  /// The ledger is conserved for every template, also where its rows show other thinking than the
  /// whole.
  @Test(arguments: TemplateCases.names)
  func theLedgerIsConservedForEveryTemplate(name: String) throws {
    var generator = SplitMix64(seed: 44)
    for round in 0..<60 {
      let conversation = TemplateCases.conversation(&generator, for: name, id: "\(round)")
      let options = FormatOptions(
        templates: [name], trainOn: [.assistant, .lastAssistant, .all][generator.next(below: 3)],
        trainOnThinking: round % 2 == 0, maxLength: 60 + generator.next(below: 300),
        truncation: [.drop, .left, .right, .split][generator.next(below: 4)], beginToken: "<s>",
        endToken: "</s>")
      let outcome = try SampleMaker(options, tokenizer: TemplateCases.tokenizer).make(conversation)
      var counts = ShardCounts()
      counts.count(outcome, language: nil, source: nil)
      #expect(counts.isConserved, "\(name), round \(round): \(options)")
      #expect(counts.ledger.truncated >= 0 && counts.ledger.repeated >= 0)
      #expect(outcome.samples.allSatisfy { $0.inputIDs.count <= options.maxLength })
      #expect(outcome.samples.allSatisfy { $0.supervisedCount > 0 })
    }
  }
}
