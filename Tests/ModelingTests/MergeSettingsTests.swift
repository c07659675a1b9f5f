import Artifacts
import Fixtures
import Testing

@testable import Modeling

@Suite struct MergeSettingsTests {
  private func settings(_ json: String) throws -> MergeSettings {
    let folder = TemporaryFolder()
    try AtomicFile.write(Array(json.utf8), to: folder.file("adapter_config.json"))
    return try MergeSettings(adapter: folder.path)
  }

  @Test func theScalingIsThatOfPEFT() throws {
    #expect(try settings(#"{"r": 8, "lora_alpha": 16}"#).scaling == 2)
    #expect(try settings(#"{"r": 16, "lora_alpha": 8, "use_rslora": true}"#).scaling == 2)
    #expect(throws: AksharaError.self) { try settings(#"{"lora_alpha": 16}"#) }
  }

  @Test func rowsAreOfTheEmbeddingOrNamed() throws {
    let list = try settings(#"{"r": 1, "lora_alpha": 1, "trainable_token_indices": [5, 9]}"#)
    #expect(list.rows == ["embed_tokens": [5, 9]])
    let named = try settings(
      #"{"r": 1, "lora_alpha": 1, "trainable_token_indices": {"lm_head": [3]}}"#)
    #expect(named.rows == ["lm_head": [3]])
    #expect(try settings(#"{"r": 1, "lora_alpha": 1}"#).rows.isEmpty)
  }
}
