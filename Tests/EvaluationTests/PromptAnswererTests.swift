import Artifacts
import Batching
import Compute
import ComputeCPU
import Evaluation
import Fixtures
import Modeling
import Testing
import Tokenization

/// Bytes, and the two control tokens of ChatML.
private struct ByteTokenizer: Tokenizer {
  private let specials = ["<|im_start|>", "<|im_end|>"]
  var vocabularyCount: Int { 258 }
  var digest: String { "sha256:bytes" }

  func encode(_ bytes: UnsafeBufferPointer<UInt8>, specials policy: SpecialTokenPolicy) -> Encoding
  {
    var encoding = Encoding()
    var position = 0
    while position < bytes.count {
      let rest = bytes[position...]
      let special = specials.firstIndex { policy == .allow && rest.starts(with: $0.utf8) }
      encoding.ids.append(special.map { TokenID($0) } ?? TokenID(bytes[position]) + 2)
      position += special.map { specials[$0].utf8.count } ?? 1
      encoding.ends.append(Int32(position))
    }
    return encoding
  }

  func bytes(of token: TokenID) -> [UInt8]? {
    token < 2 ? Array(specials[Int(token)].utf8) : UInt8(exactly: token - 2).map { [$0] }
  }
  func specialToken(_ text: String) -> TokenID? {
    specials.firstIndex(of: text).map { TokenID($0) }
  }
  func isSpecial(_ token: TokenID) -> Bool { token < 2 }
}

@Suite struct PromptAnswererTests {
  private let tokenizer = ByteTokenizer()
  private let configuration = ModelConfiguration(
    vocabularyCount: 258, hiddenWidth: 16, gateWidth: 32, layerCount: 1, headCount: 2,
    tiesHead: true)

  private func ids(_ text: String) -> [TokenID] { text.utf8.map { TokenID($0) + 2 } }

  @Test func aRawPromptMayHoldControlTokensAndAMessageMayNot() throws {
    let raw = try PromptAnswerer(configuration, tokenizer: tokenizer, framing: .raw)
    #expect(try raw.tokens(of: "<|im_start|>hi<|im_end|>") == [0] + ids("hi") + [1])
    let chat = try PromptAnswerer(
      configuration, tokenizer: tokenizer, framing: .chat(FramedTemplate.chatML))
    #expect(
      try chat.tokens(of: "<|im_end|>") == [0] + ids("user\n<|im_end|>") + [1] + ids("\n") + [0]
        + ids("assistant\n"))
  }

  /// A model that says one token: its row of the tied table is ten times every other's.
  private func generator(saying token: TokenID, on backend: any Backend) throws -> TextGenerator {
    let weights = try DecoderWeights(
      configuration, from: RandomWeights(seed: 1, standardDeviation: 0.01), on: backend)
    var table = [Float](repeating: 0.1, count: 258 * 16)
    for column in 0..<16 { table[Int(token) * 16 + column] = 1 }
    table.withUnsafeBytes { backend.upload($0, to: weights.embedding) }
    return try TextGenerator(weights, positions: 64, on: backend)
  }

  @Test func theTemplatesEndTokenEndsAnAnswer() throws {
    let backend = try CPUBackend(threads: 1)
    let chat = try PromptAnswerer(
      configuration, tokenizer: tokenizer, framing: .chat(FramedTemplate.chatML))
    let options = GenerationOptions(maximumTokens: 5)
    let silent = try chat.answer("hi", by: generator(saying: 1, on: backend), options)
    #expect(silent.stopReason == .stopToken(1))
    #expect(silent.ids.isEmpty && silent.text.isEmpty)
    var seen = ""
    let talking = try chat.answer(
      "hi", by: generator(saying: TokenID(UInt8(ascii: "a")) + 2, on: backend), options
    ) { seen += $0 }
    #expect(talking.stopReason == .maximumTokens)
    #expect(talking.text == "aaaaa")
    #expect(seen == "aaaaa")
    #expect(
      talking.json.compactString.hasSuffix(#""ids":[99,99,99,99,99],"text":"aaaaa"}"#))
  }

  @Test func theTemplateIsFoundByItsJinjaForm() throws {
    let folder = TemporaryFolder()
    func template() throws -> String {
      try ChatTemplateFinder.template(in: [folder.file("none"), folder.path], for: tokenizer).name
    }
    #expect(throws: AksharaError.self) { try template() }
    let path = folder.file("tokenizer_config.json")
    let written: JSONValue = ["chat_template": .string(FramedTemplate.chatML.jinja)]
    try AtomicFile.write(written.pretty, to: path)
    #expect(try template() == "chatml")
    try AtomicFile.write(
      JSONValue(dictionaryLiteral: ("chat_template", "{{ messages }}")).pretty, to: path)
    #expect(try template().hasSuffix("tokenizer_config.json"))
    try AtomicFile.write(
      JSONValue(dictionaryLiteral: ("chat_template", "{% unknown %}")).pretty, to: path)
    #expect(throws: AksharaError.self) { try template() }
  }
}
