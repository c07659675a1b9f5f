import Artifacts
import Conversations
import Testing
import Tokenization

@testable import Batching

/// Every template, and random conversations of which each has a form.
enum TemplateCases {
  /// The control tokens of all templates.
  static let controlTokens = [
    "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>",
    "<|eot_id|>",
    "<s>", "</s>", "<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>", "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "[INST]", "[/INST]",
    "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_CALLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]",
    "<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>",
  ]

  /// A tokenizer that has them all.
  static let tokenizer = ToyTokenizer(specials: controlTokens)

  /// The templates that render chats.
  static let names = TemplateCatalog.names.filter { $0 != "completion" }

  private static let withTools = [
    "llama3.1", "llama3.2", "llama3.3", "mistral-v3", "mistral-nemo", "qwen2.5", "qwen3",
  ]

  static func template(
    _ name: String, _ tokenizer: some Tokenizer = TemplateCases.tokenizer
  ) throws -> any ChatTemplate {
    try TemplateCatalog.template(
      named: name, for: tokenizer, sequenceTokens: SequenceTokens(begin: "<s>", end: "</s>"))
  }

  /// A random conversation, user first, with tools and thinking where the template has them.
  static func conversation(
    _ generator: inout SplitMix64, for name: String, id: String
  ) -> Conversation {
    var conversation = Conversation(id: id, messages: [])
    if name != "gemma2", generator.next(below: 3) == 0 {
      conversation.messages.append(Message(.system, .text(text(&generator))))
    }
    let usesTools = withTools.contains(name) && generator.next(below: 2) == 0
    if usesTools {
      let description = JSONValue.string(text(&generator))
      conversation.tools = [
        ["type": "function", "function": ["name": "weather", "description": description]]
      ]
    }
    for _ in 0...generator.next(below: 3) {
      conversation.messages.append(Message(.user, .text(text(&generator))))
      if usesTools, generator.next(below: 2) == 0 {
        let id = "call\(10_000 + conversation.messages.count)"
        let call: JSONValue = [
          "id": .string(id), "type": "function",
          "function": ["name": "weather", "arguments": ["city": .string(text(&generator))]],
        ]
        conversation.messages.append(Message(.assistant, "", toolCalls: [call]))
        conversation.messages.append(Message(.tool, .text(text(&generator)), toolCallID: id))
      }
      var answer = Message(.assistant, .text(text(&generator)))
      if name == "qwen3", generator.next(below: 2) == 0 { answer.reasoning = text(&generator) }
      conversation.messages.append(answer)
    }
    return conversation
  }

  /// Random text with whole and broken texts of control tokens, in Kannada.
  static func text(_ generator: inout SplitMix64) -> String {
    let token = controlTokens[generator.next(below: controlTokens.count)]
    let cut = token.index(token.startIndex, offsetBy: 1 + generator.next(below: token.count - 1))
    let piece = [token, String(token[..<cut]), String(token[cut...]), "ಕ" + token + "್ಷ", ""][
      generator.next(below: 5)]
    let plain = SampleConversations.text(&generator, most: 4)
    return generator.next(below: 2) == 0 ? piece + plain : plain + piece
  }
}
