import Artifacts
import Fixtures
import Testing

@testable import Conversations

@Suite struct LongLineTests {
  private let folder = TemporaryFolder()

  /// A row whose answer is 100 MB long.
  private func write(_ name: String) throws {
    let sink = try AtomicFile.sink(folder.file(name))
    try sink.write(Array("{\"instruction\": \"a\", \"response\": \"".utf8))
    let part = [UInt8](repeating: UInt8(ascii: "x"), count: 1_000_000)
    for _ in 0..<100 { try sink.write(part) }
    try sink.write(Array("\"}\n".utf8))
    _ = try sink.commit()
  }

  @Test(arguments: ["a.jsonl", "a.jsonl.zst", "a.txt", "a.csv"])
  func aLineOfAHundredMegabytesIsRefusedByName(name: String) throws {
    try write(name)
    let error = #expect(throws: AksharaError.self) {
      try ImportCase(.auto, paths: [folder.file(name)])
    }
    #expect(error?.code == .malformed)
    #expect(
      error?.description.contains("longer than 64 MiB") == true, "\(String(describing: error))")
    #expect(error?.location?.file == folder.file(name))
  }
}
