import Conversations
import Testing

@testable import Artifacts
@testable import Batching

@Suite struct ChatTemplateTests {
  private let tokens = SequenceTokens(begin: "<s>", end: "</s>")
  private let dialogue = SampleConversations.dialogue("ಹೇಗಿದ್ದೀರಿ? ", " ಚೆನ್ನಾಗಿದ್ದೇನೆ.\n", "ಸರಿ", "\n")

  @Test func chatMLFramesEveryMessageAlikeAndTrimsNothing() throws {
    let rendered = try FramedTemplate.chatML.render(dialogue, labels: .none)
    #expect(
      rendered.text
        == "<|im_start|>user\nಹೇಗಿದ್ದೀರಿ? <|im_end|>\n<|im_start|>assistant\n ಚೆನ್ನಾಗಿದ್ದೇನೆ.\n<|im_end|>\n"
        + "<|im_start|>user\nಸರಿ<|im_end|>\n<|im_start|>assistant\n\n<|im_end|>\n")
    #expect(rendered.changes.isEmpty)
    let question = SampleConversations.dialogue("?", system: "ಸಹಾಯಕ")
    #expect(
      try FramedTemplate.chatML.generationPrompt(for: question).text
        == "<|im_start|>system\nಸಹಾಯಕ<|im_end|>\n<|im_start|>user\n?<|im_end|>\n"
        + "<|im_start|>assistant\n")
  }

  @Test func llama3OpensOnceAndTrims() throws {
    let rendered = try FramedTemplate(.llama3).render(dialogue, labels: .none)
    let user = "<|start_header_id|>user<|end_header_id|>\n\n"
    let assistant = "<|start_header_id|>assistant<|end_header_id|>\n\n"
    #expect(
      rendered.text
        == "<|begin_of_text|>\(user)ಹೇಗಿದ್ದೀರಿ?<|eot_id|>\(assistant)ಚೆನ್ನಾಗಿದ್ದೇನೆ.<|eot_id|>"
        + "\(user)ಸರಿ<|eot_id|>\(assistant)<|eot_id|>")
    #expect(rendered.changes == [.trimmedContent: 3])
    #expect(
      try FramedTemplate(.llama3).generationPrompt(for: SampleConversations.dialogue("?")).text
        == "<|begin_of_text|>\(user)?<|eot_id|>\(assistant)")
  }

  @Test func instructionWritesTheContextOnlyWhereThereIsOne() throws {
    let template = HeadingTemplate(.instruction, tokens)
    let plain = SampleConversations.dialogue("Translate: ನೀರು", "water")
    #expect(
      try template.render(plain, labels: .none).text
        == "<s>### Instruction:\nTranslate: ನೀರು\n\n### Response:\nwater</s>")
    let whole = SampleConversations.instruction("ಯಾರು?", context: "ಪಠ್ಯ", answer: "ಅವನು.")
    #expect(
      try template.render(whole, labels: .none).text
        == "<s>### Instruction:\nಯಾರು?\n\n### Context:\nಪಠ್ಯ\n\n### Response:\nಅವನು.</s>")
  }

  @Test func instructionSetsTurnsAndASystemMessageOff() throws {
    let template = HeadingTemplate(.instruction, SequenceTokens(begin: nil, end: "</s>"))
    let turns = SampleConversations.dialogue("a", "b", "c", system: "S")
    #expect(
      try template.render(turns, labels: .none).text
        == "S\n\n### Instruction:\na\n\n### Response:\nb</s>\n\n### Instruction:\nc")
    #expect(
      try template.generationPrompt(for: turns).text
        == "S\n\n### Instruction:\na\n\n### Response:\nb</s>\n\n### Instruction:\nc\n\n"
        + "### Response:\n")
  }

  @Test func completionIsTheTextAlone() throws {
    let template = CompletionTemplate(tokens)
    let prose = Conversation(id: "p", messages: [Message(.assistant, " ಕನ್ನಡ\n")])
    #expect(try template.render(prose, labels: .none).text == "<s> ಕನ್ನಡ\n</s>")
    let pair = SampleConversations.dialogue("How much? ", "2")
    #expect(try template.render(pair, labels: .none).text == "<s>How much? 2</s>")
    let prompt = SampleConversations.dialogue("How much? ")
    #expect(try template.generationPrompt(for: prompt).text == "<s>How much? ")
  }

  @Test func everySegmentKnowsItsMessageRoleAndPart() throws {
    let rendered = try FramedTemplate.chatML.render(
      SampleConversations.dialogue("?", "!"), labels: .none)
    let shown = rendered.segments.map {
      "\($0.kind.rawValue) \($0.role?.rawValue ?? "-") \($0.message ?? -1)"
    }
    #expect(
      shown == [
        "header user 0", "header user 0", "content user 0", "end_of_turn user 0",
        "separator user 0", "header assistant 1", "header assistant 1", "content assistant 1",
        "end_of_turn assistant 1", "separator assistant 1",
      ])
  }

  @Test(arguments: [
    (
      "instruction", ["user", "user"],
      "message 2 of conversation `d` has the role `user` where `assistant` must follow, for which "
        + "the template `instruction` has no form; let user and assistant alternate, user first, "
        + "or choose another template"
    ),
    (
      "instruction", ["user", "tool"],
      "message 2 of conversation `d` has the role `tool` where `assistant` must follow, for which "
        + "the template `instruction` has no form; let user and assistant alternate, user first, "
        + "or choose another template"
    ),
    (
      "llama3", ["user", "assistant", "tool"],
      "message 3 of conversation `d` has the role `tool`, for which the template `llama3` has no "
        + "form; leave it out, or choose another template"
    ),
    (
      "completion", ["assistant", "user"],
      "message 2 of conversation `d` has the role `user`, for which the template `completion` has "
        + "no form; give one assistant message, with one user message before it at most, or choose "
        + "another template"
    ),
  ])
  func refusalsNameConversationAndMessage(name: String, roles: [String], text: String) throws {
    let template = try TemplateCatalog.template(named: name, for: ToyTokenizer())
    let messages = roles.compactMap { Role(rawValue: $0) }.map { Message($0, "x") }
    #expect {
      try template.render(Conversation(id: "d", messages: messages), labels: .none)
    } throws: {
      "\($0)" == text
    }
  }

  @Test func toolsPartsAndCallsAreRefusedAndOmissionsCounted() throws {
    let template = FramedTemplate.chatML
    var conversation = SampleConversations.dialogue("?", "!")
    conversation.tools = [["type": "function"]]
    #expect(throws: AksharaError.self) { try template.render(conversation, labels: .none) }
    conversation.tools = []
    conversation.messages[1].toolCalls = [["name": "f"]]
    #expect(throws: AksharaError.self) { try template.render(conversation, labels: .none) }
    conversation.messages[1].toolCalls = []
    conversation.messages[0].content = .parts([["type": "image"]])
    #expect(throws: AksharaError.self) { try template.render(conversation, labels: .none) }
    conversation.messages[0] = Message(.user, "?", name: "ಅಜ್ಜಿ")
    conversation.messages[1].reasoning = "hm"
    conversation.chatTemplateArguments = ["x": 1]
    #expect(
      try template.render(conversation, labels: .none).changes
        == [.nameLeftOut: 1, .reasoningLeftOut: 1, .argumentsLeftOut: 1])
  }

  @Test func theCatalogNamesTheMissingTokenAndTheTokenizer() {
    let tokenizer = ToyTokenizer(specials: ["<|im_start|>"])
    #expect {
      try TemplateCatalog.template(named: "chatml", for: tokenizer)
    } throws: {
      "\($0)"
        == "the template `chatml` needs the control token `<|im_end|>`, which the tokenizer "
        + "\(tokenizer.digest) does not have; choose another template, or add the token to the "
        + "tokenizer"
    }
    #expect(throws: AksharaError.self) {
      try TemplateCatalog.template(named: "completion", for: tokenizer)
    }
    #expect(throws: AksharaError.self) {
      try TemplateCatalog.template(named: "no such", for: tokenizer)
    }
  }

  @Test func everyTemplateWritesOnlyTheTokensItRequires() throws {
    var generator = SplitMix64(seed: 11)
    for name in ["chatml", "llama3", "llama3.2", "instruction", "alpaca", "zephyr"] {
      let template = try TemplateCatalog.template(named: name, for: ToyTokenizer())
      for index in 0..<50 {
        let conversation = SampleConversations.random(&generator, id: "\(index)")
        for segment in try template.render(conversation, labels: .none).segments {
          if case .control(let token) = segment.piece {
            #expect(template.requiredSpecialTokens.contains(token))
          }
          #expect(!segment.text.isEmpty)
        }
      }
    }
  }
}
