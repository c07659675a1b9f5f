import Artifacts
import Fixtures
import Foundation
import Testing

@testable import Pipeline

@Suite struct PassportTests {
  private func passport() -> Passport {
    let digest = Digest(of: "x".utf8)
    return Passport(
      baseModel: ["config.json": digest], baseModelName: "base", tokenizer: digest,
      shardManifest: digest, proof: ["holds": true],
      sources: [.init(path: "a.jsonl", digest: digest, licence: "CC0-1.0")], recipe: ["seed": 1],
      backend: "cpu", files: ["adapter_config.json": digest],
      merge: .init(adapter: "run/adapter", files: ["x": digest], outcome: ["into": "stored"]))
  }

  @Test func aPassportIsReadBack() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write(passport().bytes, to: folder.file(Passport.fileName))
    #expect(try Passport(folder: folder.path) == passport())
    #expect(try Passport.isSealed(folder.path))
  }

  @Test func everyChangedByteBreaksTheSeal() throws {
    let folder = TemporaryFolder()
    let bytes = passport().bytes
    for place in bytes.indices {
      var changed = bytes
      changed[place] = changed[place] == UInt8(ascii: "7") ? UInt8(ascii: "8") : UInt8(ascii: "7")
      try AtomicFile.write(changed, to: folder.file(Passport.fileName))
      // A byte of the version's own number may make it one that had no seal; no other may pass.
      let isSealed = (try? Passport.isSealed(folder.path)) ?? false
      #expect(!isSealed, "byte \(place)")
    }
  }
}
