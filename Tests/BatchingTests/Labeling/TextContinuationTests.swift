import Conversations
import Testing
import Tokenization

@testable import Batching

/// An answer that is encoded by itself continues its prompt: it gets no dummy prefix of its own.
@Suite struct TextContinuationTests {
  /// A token for each byte, and a space before every text, which covers nothing.
  private struct PrefixingTokenizer: Tokenizer {
    static let specials = ["<s>", "</s>"]
    var vocabularyCount: Int { 256 + Self.specials.count }
    var digest: String { "sha256:" + String(repeating: "0", count: 64) }

    func encode(
      _ bytes: UnsafeBufferPointer<UInt8>, specials: SpecialTokenPolicy
    ) -> Encoding {
      guard !bytes.isEmpty else { return Encoding() }
      return Encoding(
        ids: [0x20] + bytes.map { TokenID($0) }, ends: [0] + (1...bytes.count).map { Int32($0) })
    }

    func bytes(of token: TokenID) -> [UInt8]? {
      token < 256 ? [UInt8(token)] : Array(Self.specials[Int(token) - 256].utf8)
    }

    func specialToken(_ text: String) -> TokenID? {
      Self.specials.firstIndex(of: text).map { TokenID(256 + $0) }
    }

    func isSpecial(_ token: TokenID) -> Bool { token >= 256 }
  }

  private let tokenizer = PrefixingTokenizer()

  private func text(_ ids: [TokenID]) -> String {
    String(decoding: ids.flatMap { tokenizer.bytes(of: $0) ?? [] }, as: UTF8.self)
  }

  @Test func anAnswerBehindAMarkHasOneSpace() throws {
    let conversation = SampleConversations.dialogue("ಹೇ", "ಹಾ")
    let template = try TemplateCatalog.template(named: "llama2", for: tokenizer)
    let plan = try LabelPlan(for: conversation, trainOn: .assistant)
    let rendered = try template.render(conversation, labels: plan)
    var fast = RowEncoder(tokenizer: tokenizer, border: .cutAtAnswer)
    let slow = SampleEncoder(tokenizer: tokenizer, border: .cutAtAnswer)
    let sample = try slow.encode(rendered).sample
    #expect(try fast.encode(rendered).sample == sample)
    #expect(text(sample.inputIDs) == "<s> [INST] ಹೇ [/INST] ಹಾ </s>")
    #expect(text(sample.labels.filter { $0 != ignoreIndex }) == " ಹಾ </s>")
    var asked = conversation
    asked.messages.removeLast()
    let prompt = try PromptEncoder(template, tokenizer: tokenizer).tokens(for: asked)
    #expect(text(prompt) == "<s> [INST] ಹೇ [/INST]")
    #expect(sample.inputIDs.starts(with: prompt))
  }

  @Test func otherTokenizersAreLeftAlone() {
    #expect(TextContinuation(tokenizer).isNeeded)
    #expect(!TextContinuation(ToyTokenizer()).isNeeded)
  }
}
