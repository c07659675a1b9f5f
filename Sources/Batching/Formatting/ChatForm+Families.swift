internal import Tokenization

extension ChatForm {
  /// ChatML: every role is framed alike, in any order, and nothing is trimmed.
  ///
  ///     <|im_start|>user\nನಮಸ್ಕಾರ<|im_end|>\n<|im_start|>assistant\nనమస్తే<|im_end|>\n
  ///
  /// Source: OpenAI's `chatml.md` (openai-python 0.27), in the form that Qwen and others use.
  static let chatML: ChatForm = {
    func frame(_ role: String) -> Frame {
      Frame(
        opening: [.control("<|im_start|>"), .text("\(role)\n")], end: "<|im_end|>", separator: "\n")
    }
    return ChatForm(
      name: "chatml", user: frame("user"), assistant: frame("assistant"), tool: frame("tool"),
      system: .framed(frame("system")), alternates: false)
  }()

  /// Llama 3: every message with its header; contents are trimmed.
  ///
  ///     <|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nನಮಸ್ಕಾರ<|eot_id|>
  ///
  /// Those of Llama 3.1 and later write a system message of their own and tools
  /// (`DatedLlamaTemplate`); this one writes neither.
  /// Source: `tokenizer_config.json` of Meta-Llama-3-8B-Instruct, and its model card's prompt format.
  static let llama3: ChatForm = {
    func frame(_ role: String) -> Frame {
      Frame(
        opening: [
          .control("<|start_header_id|>"), .text(role), .control("<|end_header_id|>"),
          .text("\n\n"),
        ], end: "<|eot_id|>", trims: true)
    }
    return ChatForm(
      name: "llama3", begin: "<|begin_of_text|>", user: frame("user"),
      assistant: frame("assistant"), system: .framed(frame("system")), alternates: false)
  }()

  /// Llama 2: `<s>` opens every turn, and the system message stands inside the first one.
  ///
  ///     <s>[INST] <<SYS>>\nS\n<</SYS>>\n\nನಮಸ್ಕಾರ [/INST] నమస్తే </s><s>[INST] …
  ///
  /// Source: `tokenizer_config.json` of Llama-2-7b-chat-hf, without a default system message.
  static let llama2 = ChatForm(
    name: "llama2",
    user: Frame(
      opening: [.control("<s>"), .text("[INST] ")], closing: [.text(" [/INST]")], trims: true),
    assistant: Frame(opening: [], lead: " ", trail: " ", end: "</s>", trims: true),
    system: .insideFirstUser(prefix: "<<SYS>>\n", suffix: "\n<</SYS>>\n\n", trimsTogether: true),
    alternates: true)

  /// Mistral's first tokenizer (7B Instruct v0.1 and v0.2, Mixtral 8x7B): its marks are plain text.
  ///
  ///     <s> [INST] S\n\nನಮಸ್ಕಾರ [/INST] నమస్తే</s> [INST] …
  ///
  /// Source: `tokenizer_config.json` of Mistral-7B-Instruct-v0.2, revision of September 2024.
  static let mistralV1 = ChatForm(
    name: "mistral-v1", begin: "<s>",
    user: Frame(opening: [.text(" [INST] ")], closing: [.text(" [/INST]")]),
    assistant: Frame(opening: [], lead: " ", end: "</s>"),
    system: .insideFirstUser(prefix: "", suffix: "\n\n", trimsTogether: false), alternates: true)

  /// Mistral's second tokenizer: the marks are control tokens, and answers are trimmed.
  ///
  ///     <s>[INST] S\n\nನಮಸ್ಕಾರ[/INST] నమస్తే</s>[INST] …
  ///
  /// Source: Mistral's cookbook, `concept-deep-dive/tokenization`. That of the third tokenizer
  /// differs in its tools alone (`MistralTemplate`).
  static let mistralV2 = ChatForm(
    name: "mistral-v2", begin: "<s>",
    user: Frame(opening: [.control("[INST]"), .text(" ")], closing: [.control("[/INST]")]),
    assistant: Frame(opening: [], lead: " ", end: "</s>", trims: true),
    system: .insideFirstUser(prefix: "", suffix: "\n\n", trimsTogether: false), alternates: true)

  private static func gemma(_ name: String, _ system: SystemPlace) -> ChatForm {
    func frame(_ role: String) -> Frame {
      Frame(
        opening: [.control("<start_of_turn>"), .text("\(role)\n")], end: "<end_of_turn>",
        separator: "\n", trims: true)
    }
    return ChatForm(
      name: name, begin: "<bos>", user: frame("user"), assistant: frame("model"), system: system,
      alternates: true)
  }

  /// Gemma 2: the assistant is called `model`, contents are trimmed, a system message is refused.
  ///
  ///     <bos><start_of_turn>user\nನಮಸ್ಕಾರ<end_of_turn>\n<start_of_turn>model\nనమస్తే<end_of_turn>\n
  ///
  /// Source: `tokenizer_config.json` of gemma-2-2b-it.
  static let gemma2 = gemma("gemma2", .refused)

  /// Gemma 3: as Gemma 2, with the system message, untrimmed, inside the first user message.
  ///
  /// Source: `chat_template.json` of gemma-3-4b-it.
  static let gemma3 = gemma(
    "gemma3", .insideFirstUser(prefix: "", suffix: "\n\n", trimsTogether: false))

  /// Phi-3.5: every role in any order; an empty system message is left out, and `<|endoftext|>` ends
  /// what is no prompt.
  ///
  ///     <|user|>\nನಮಸ್ಕಾರ<|end|>\n<|assistant|>\nనమస్తే<|end|>\n<|endoftext|>
  ///
  /// Source: `tokenizer_config.json` of Phi-3.5-mini-instruct.
  static let phi35: ChatForm = {
    func frame(_ role: String) -> Frame {
      Frame(opening: [.control("<|\(role)|>"), .text("\n")], end: "<|end|>", separator: "\n")
    }
    return ChatForm(
      name: "phi3.5", user: frame("user"), assistant: frame("assistant"),
      system: .framed(frame("system")), alternates: false, leavesOutEmptySystem: true,
      tail: "<|endoftext|>")
  }()

  /// Zephyr: headings between bars, which are control tokens only where the tokenizer has them, and
  /// the end token behind every message.
  ///
  ///     <|user|>\nನಮಸ್ಕಾರ</s>\n<|assistant|>\nనమస్తే</s>\n
  ///
  /// Source: `tokenizer_config.json` of zephyr-7b-beta.
  static func zephyr(_ tokens: SequenceTokens, _ tokenizer: some Tokenizer) -> ChatForm {
    func frame(_ role: String) -> Frame {
      let mark = "<|\(role)|>"
      let opening: [Piece] =
        tokenizer.specialToken(mark) == nil ? [.text("\(mark)\n")] : [.control(mark), .text("\n")]
      return Frame(opening: opening, end: tokens.end, separator: "\n")
    }
    return ChatForm(
      name: "zephyr", user: frame("user"), assistant: frame("assistant"),
      system: .framed(frame("system")), alternates: false)
  }

  /// Vicuna 1.1 and 1.5: plain text, with a sentence in front that a system message replaces.
  ///
  ///     <s>A chat between … questions. USER: ನಮಸ್ಕಾರ ASSISTANT: నమస్తే</s>USER: …
  ///
  /// Source: FastChat, `conversation.py`, `vicuna_v1.1` (`SeparatorStyle.ADD_COLON_TWO`).
  static func vicuna(_ tokens: SequenceTokens) -> ChatForm {
    ChatForm(
      name: "vicuna", begin: tokens.begin,
      user: Frame(opening: [.text("USER: ")], separator: " "),
      assistant: Frame(opening: [.text("ASSISTANT:")], lead: " ", end: tokens.end),
      system: .heading(
        separator: " ",
        default: "A chat between a curious user and an artificial intelligence assistant. The "
          + "assistant gives helpful, detailed, and polite answers to the user's questions."),
      alternates: true)
  }
}
