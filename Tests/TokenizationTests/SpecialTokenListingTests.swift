import Artifacts
import Fixtures
import Testing

@testable import Tokenization

@Suite struct SpecialTokenListingTests {
  private let folder = TemporaryFolder()

  private func listing(_ json: String) throws -> [AddedToken] {
    let path = folder.file("special.json")
    try AtomicFile.write(Array(json.utf8), to: path)
    return try AddedToken.specialTokens(named: path)
  }

  @Test func readsATextWithItsID() throws {
    #expect(
      try AddedToken.specialTokens(named: "<a=b>=300") == [AddedToken(id: 300, text: "<a=b>")])
  }

  @Test func readsAFile() throws {
    let expected = [AddedToken(id: 300, text: "<a>"), AddedToken(id: 7, text: "<b>")]
    #expect(try listing(#"{"<a>":300,"<b>":7}"#) == expected)
    #expect(try listing(#"{"pattern":"x","special":{"<a>":300,"<b>":7}}"#) == expected)
    #expect(try listing(#"{"special_tokens":{"<a>":300,"<b>":7}}"#) == expected)
  }

  @Test func refusesWhatIsNoListing() throws {
    for json in ["[1]", #"{"<a>":"x"}"#, #"{"<a>":1.5}"#, #"{"<a>":99999999999}"#, "{"] {
      #expect(throws: AksharaError.self) { try listing(json) }
    }
    for argument in ["<a>", "<a>=", "<a>=x"] {
      #expect(throws: AksharaError.self) { try AddedToken.specialTokens(named: argument) }
    }
  }
}
