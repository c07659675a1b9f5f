import Fixtures
import Foundation
import Testing

@testable import Artifacts

@Suite struct ExpansionLimitTests {
  /// 1.2 GiB of zeros in a few kilobytes.
  @Test func aBombIsRefused() throws {
    let folder = TemporaryFolder()
    let path = folder.file("bomb.jsonl.zst")
    let sink = try AtomicFile.sink(path)
    let zeros = [UInt8](repeating: UInt8(ascii: "\n"), count: 1 << 24)
    for _ in 0..<77 { try sink.write(zeros) }
    _ = try sink.commit()
    let error = #expect(throws: AksharaError.self) {
      try ByteSource.checkCompression(of: path)
    }
    #expect(error?.message == "the zstd data unpack to more than 500 times their size")
  }
}
