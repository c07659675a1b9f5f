import Artifacts
import Fixtures
import Testing

@testable import Tokenization

@Suite struct TokenizerFolderTests {
  private let folder = TemporaryFolder()

  @Test func writesWhatTransformersReads() throws {
    let tokenizer = try SampleTokenizer.make(specials: ["<s>", "</s>"])
    let digest = try TokenizerFolder(
      bosToken: "<s>", eosToken: "</s>", padToken: "</s>", chatTemplate: "{{ messages }}",
      maximumLength: 2_048
    ).write(tokenizer, to: folder.path)
    #expect(tokenizer.digest == digest.description)
    let map = try JSONValue(parsing: TextFile(folder.file("special_tokens_map.json")).bytes)
    #expect(map == ["bos_token": "<s>", "eos_token": "</s>", "pad_token": "</s>"])
    let configuration = try JSONValue(
      parsing: TextFile(folder.file("tokenizer_config.json")).bytes)
    #expect(configuration["chat_template"] == "{{ messages }}")
    #expect(configuration["model_max_length"] == 2_048)
    #expect(configuration["added_tokens_decoder"]?["257"]?["content"] == "</s>")
    #expect(try BPETokenizer(contentsOf: folder.file("tokenizer.json")).digest == tokenizer.digest)
  }

  @Test func aRoleNeedsASpecialToken() throws {
    let tokenizer = try SampleTokenizer.make(specials: ["<s>", "</s>"])
    #expect(
      throws: AksharaError(
        .invalidOption, "the eos_token `</S>` is not a special token of the tokenizer",
        remedy: "name one of: <s>, </s>")
    ) { try TokenizerFolder(eosToken: "</S>").write(tokenizer, to: folder.path) }
  }
}
