import Artifacts
import Fixtures
import Testing

@testable import Transfer

@Suite struct HubEnvironmentTests {
  private let folder = TemporaryFolder()

  private func environment(_ variables: [String: String]) throws -> HubEnvironment {
    var all = ["HF_HOME": folder.file("home")]
    all.merge(variables) { $1 }
    return try HubEnvironment(all, folder: folder.path)
  }

  @Test func cacheLiesWhereHuggingFaceHubHasIt() throws {
    #expect(try environment([:]).cache == folder.file("home/hub"))
    #expect(try environment(["HF_HUB_CACHE": "/x/hub"]).cache == "/x/hub")
    #expect(
      try HubEnvironment(["XDG_CACHE_HOME": "/x"], folder: folder.path).cache
        == "/x/huggingface/hub")
  }

  @Test func theFirstTokenFoundCounts() throws {
    let text = "# mine\nexport HUGGINGFACE_TOKEN='hf_env'\n"
    try AtomicFile.write(Array(text.utf8), to: folder.file(".env"))
    #expect(try environment([:]).token?.secret == "hf_env")
    try AtomicFile.write(Array("hf_file\n".utf8), to: folder.file("home/token"))
    #expect(try environment([:]).token?.secret == "hf_file")
    #expect(try environment(["HUGGINGFACE_TOKEN": "hf_c"]).token?.secret == "hf_c")
    let both = try environment(["HUGGING_FACE_HUB_TOKEN": "hf_b", "HUGGINGFACE_TOKEN": "hf_c"])
    #expect(both.token?.secret == "hf_b")
    #expect(try environment(["HF_TOKEN": " hf_a\n"]).tokenSource == "HF_TOKEN")
  }

  @Test(arguments: ["ftp://x", "huggingface.co", "https://user:pass@x", "https://x?y=z", "http://"])
  func anEndpointMustBeAnAddress(_ text: String) {
    let error = HubStub.error { _ = try environment(["HF_ENDPOINT": text]) }
    #expect(error?.code == .invalidOption)
    #expect(error?.description.contains("pass@") == false)
  }

  @Test func aTokenShowsItselfNowhere() throws {
    let token = try #require(AccessToken("hf_secret"))
    var text = ""
    dump(token, to: &text)
    #expect("\(token) \(text) \(String(reflecting: token))".contains("hf_secret") == false)
    #expect(AccessToken("hf_a\r\nX-Evil: 1") == nil)
    #expect(AccessToken(" \n") == nil)
  }
}
