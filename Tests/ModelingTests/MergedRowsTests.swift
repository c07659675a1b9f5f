import Artifacts
import Fixtures
import Testing

@testable import Modeling

@Suite struct MergedRowsTests {
  private func rows(_ json: String) throws -> [String: [Int]] {
    let folder = TemporaryFolder()
    try AtomicFile.write(Array(json.utf8), to: folder.file("adapter_config.json"))
    return try MergedRows(adapter: folder.path).indices
  }

  @Test func rowsAreOfTheEmbeddingOrNamed() throws {
    #expect(try rows(#"{"trainable_token_indices": [5, 9]}"#) == ["embed_tokens": [5, 9]])
    #expect(try rows(#"{"trainable_token_indices": {"lm_head": [3]}}"#) == ["lm_head": [3]])
    #expect(try rows("{}").isEmpty)
  }
}
