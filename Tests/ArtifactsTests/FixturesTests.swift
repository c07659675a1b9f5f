import Artifacts
import Fixtures
import Foundation
import Testing

@Suite struct FixturesTests {
  /// A fixture that was made again by other versions, or edited, is noticed here.
  @Test func everyFixtureHasItsGeneratorVersionsAndDigest() throws {
    let folder = RepositoryPaths.file("Tests/Fixtures")
    let index = try JSONValue(
      parsing: Array(Data(contentsOf: URL(fileURLWithPath: "\(folder)/FIXTURES.json"))))
    let pairs = try #require(index.object).pairs
    let listed = pairs.map(\.key).filter { $0.hasPrefix("Data/") }.sorted()
    let present = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/Data")
    #expect(listed == present.map { "Data/\($0)" }.sorted())
    for pair in pairs {
      let content = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(pair.key)"))
      #expect(pair.value["digest"]?.string == Digest(of: content).description, "\(pair.key)")
      let generator = try #require(pair.value["generator"]?.string?.split(separator: " ").first)
      #expect(
        FileManager.default.fileExists(atPath: RepositoryPaths.file(String(generator))),
        "\(pair.key)")
      #expect(pair.value["versions"]?.object?.pairs.isEmpty == false, "\(pair.key)")
    }
  }
}
