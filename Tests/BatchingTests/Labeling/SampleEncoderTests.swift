import Conversations
import Testing

@testable import Batching

@Suite struct SampleEncoderTests {
  private let tokenizer = ToyTokenizer()

  private func encode(
    _ conversation: Conversation, template: String = "chatml", border: BorderRule = .cutAtAnswer,
    trainOn: TrainOn = .assistant
  ) throws -> EncodedConversation {
    let template = try TemplateCatalog.template(named: template, for: tokenizer)
    let plan = try LabelPlan(for: conversation, trainOn: trainOn)
    return try SampleEncoder(tokenizer: tokenizer, border: border).encode(
      try template.render(conversation, labels: plan))
  }

  private func supervised(_ sample: LabeledSample) -> [String] {
    tokenizer.texts(sample.labels.filter { $0 != ignoreIndex })
  }

  @Test func labelsAreTheAnswerAndItsEndToken() throws {
    let sample = try encode(SampleConversations.dialogue("in", "ಕ user")).sample
    #expect(
      tokenizer.texts(sample.inputIDs) == [
        "<|im_start|>", "user", "\n", "in", "<|im_end|>", "\n", "<|im_start|>", "assistant", "\n",
        "ಕ", " ", "user", "<|im_end|>", "\n",
      ])
    #expect(supervised(sample) == ["ಕ", " ", "user", "<|im_end|>"])
    #expect(sample.labels.prefix(9).allSatisfy { $0 == ignoreIndex })
    #expect(sample.labels.last == ignoreIndex)
    #expect(
      sample.spans.map { "\($0.kind.rawValue) \($0.bytes) \($0.tokens) \($0.supervised)" } == [
        "header 0..<17 0..<3 false", "content 17..<19 3..<4 false",
        "end_of_turn 19..<29 4..<5 false", "separator 29..<30 5..<6 false",
        "header 30..<52 6..<9 false", "content 52..<60 9..<12 true",
        "end_of_turn 60..<70 12..<13 true", "separator 70..<71 13..<14 false",
      ])
  }

  @Test func theBorderRuleDecidesAboutATokenOnBothSides() throws {
    // "assistant\n" + "\nx": as one text, "\n\n" lies on both sides.
    let conversation = SampleConversations.dialogue("?", "\nx")
    let cut = try encode(conversation)
    #expect(supervised(cut.sample) == ["\n", "x", "<|im_end|>"])
    #expect(tokenizer.texts(cut.sample.inputIDs[7...10]) == ["assistant", "\n", "\n", "x"])
    let rendered = try encode(conversation, border: .asRendered)
    #expect(tokenizer.texts(rendered.sample.inputIDs[7...9]) == ["assistant", "\n\n", "x"])
    #expect(supervised(rendered.sample) == ["x", "<|im_end|>"])
    let transformers = try encode(conversation, border: .asTransformers)
    #expect(transformers.sample.inputIDs == rendered.sample.inputIDs)
    #expect(supervised(transformers.sample) == ["\n\n", "x", "<|im_end|>"])
    #expect([cut, rendered, transformers].map(\.straddles) == [1, 1, 1])
    #expect(try encode(SampleConversations.dialogue("?", "x")).straddles == 0)
  }

  @Test func whiteSpaceThatAControlTokenTakesHasNoTokens() throws {
    // As Phi-3's tokenizer: `rstrip` of its control tokens.
    let marks = ["<|user|>", "<|assistant|>", "<|system|>", "<|end|>", "<|endoftext|>"]
    let tokenizer = ToyTokenizer(specials: marks, takers: Set(marks))
    let template = try TemplateCatalog.template(named: "phi3.5", for: tokenizer)
    let conversation = SampleConversations.dialogue(" \n in", " ಕ")
    let rendered = try template.render(
      conversation, labels: LabelPlan(for: conversation, trainOn: .assistant))
    for border in BorderRule.allCases {
      let encoded = try SampleEncoder(tokenizer: tokenizer, border: border).encode(rendered)
      var fast = RowEncoder(tokenizer: tokenizer, border: border)
      #expect(try fast.encode(rendered) == encoded)
      // The answer keeps its space where it is encoded by itself: the prompt ends before it.
      let answer = border == .cutAtAnswer ? [" ", "ಕ"] : ["ಕ"]
      let sample = encoded.sample
      #expect(
        tokenizer.texts(sample.inputIDs)
          == ["<|user|>", "in", "<|end|>", "<|assistant|>"] + answer + ["<|end|>", "<|endoftext|>"])
      #expect(
        tokenizer.texts(sample.labels.filter { $0 != ignoreIndex }) == answer + ["<|end|>"])
      let options = FormatOptions(templates: ["phi3.5"], border: border)
      let folder = try ShardFolder(
        records: [ShardRecord(sample: sample)], options, tokenizer: tokenizer)
      #expect(try folder.verify().proof.holds)
    }
    var asked = conversation
    asked.messages.removeLast()
    let prompt = try PromptEncoder(template, tokenizer: tokenizer).tokens(for: asked)
    #expect(tokenizer.texts(prompt) == ["<|user|>", "in", "<|end|>", "<|assistant|>"])
  }

  @Test func textOfControlTokensStaysText() throws {
    let texts = ToyTokenizer.specials
    for text in texts {
      let sample = try encode(SampleConversations.dialogue(text + "?", "a" + text)).sample
      let control = sample.inputIDs.filter(tokenizer.isSpecial)
      #expect(
        tokenizer.texts(control) == ["<|im_start|>", "<|im_end|>", "<|im_start|>", "<|im_end|>"])
    }
  }

  @Test func everythingIsSupervisedUnderAll() throws {
    for name in ["chatml", "llama3", "instruction"] {
      let sample = try encode(
        SampleConversations.dialogue("a", "b", "c", "d"), template: name, trainOn: .all
      ).sample
      #expect(sample.labels == sample.inputIDs)
    }
  }

  @Test func weightsFollowTheirMessage() throws {
    var conversation = SampleConversations.dialogue("a", "b", "c", "d")
    conversation.messages[1].weight = 0.5
    let sample = try encode(conversation).sample
    #expect(sample.tokenRow.weights.filter { $0 > 0 } == [0.5, 0.5, 1, 1])
  }

  @Test func anEmptyAnswerTrainsOnItsEndTokenAlone() throws {
    let sample = try encode(SampleConversations.dialogue("a", "")).sample
    #expect(supervised(sample) == ["<|im_end|>"])
  }

  @Test func spansCoverAllBytesAndTokensWhateverTheRule() throws {
    var generator = SplitMix64(seed: 21)
    for index in 0..<300 {
      let conversation = SampleConversations.random(&generator, id: "\(index)", flags: true)
      let name = ["chatml", "llama3", "instruction"][index % 3]
      for border in BorderRule.allCases {
        let sample = try encode(conversation, template: name, border: border).sample
        #expect(tokenizer.decode(sample.inputIDs) == Array(sample.text.utf8))
        var (byte, token) = (0, 0)
        for span in sample.spans {
          #expect(span.bytes.lowerBound == byte && span.tokens.lowerBound == token)
          (byte, token) = (span.bytes.upperBound, span.tokens.upperBound)
        }
        #expect(byte == sample.text.utf8.count && token == sample.inputIDs.count)
      }
    }
  }

  /// DESIGN §6: under `cutAtAnswer` every prompt is a prefix of what is trained on.
  @Test func everyGenerationPromptIsAPrefixOfTheTrainingTokens() throws {
    var generator = SplitMix64(seed: 22)
    var compared = 0
    for index in 0..<400 {
      let conversation = SampleConversations.random(&generator, id: "\(index)", flags: true)
      for name in ["chatml", "llama3", "instruction"] {
        let template = try TemplateCatalog.template(named: name, for: tokenizer)
        let prompts = try PromptEncoder(template, tokenizer: tokenizer)
        let trainOn = TrainOn.allCases[index % 3]
        let ids = try encode(conversation, template: name, trainOn: trainOn).sample.inputIDs
        for answer in conversation.messages.indices
        where conversation.messages[answer].role == .assistant {
          var asked = conversation
          asked.messages.removeSubrange(answer...)
          let prompt = try prompts.tokens(for: asked)
          #expect(ids.starts(with: prompt), "\(name), message \(answer) of \(conversation)")
          compared += 1
        }
      }
    }
    #expect(compared > 1_000)
  }
}
