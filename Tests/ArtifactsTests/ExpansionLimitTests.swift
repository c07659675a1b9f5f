import Fixtures
import Foundation
import Testing

@testable import Artifacts

@Suite struct ExpansionLimitTests {
  /// Five MiB of line feeds in a few hundred bytes, where four are free.
  @Test func aBombIsRefused() throws {
    let folder = TemporaryFolder()
    let path = folder.file("bomb.jsonl.zst")
    let sink = try AtomicFile.sink(path)
    let zeros = [UInt8](repeating: UInt8(ascii: "\n"), count: 1 << 20)
    for _ in 0..<5 { try sink.write(zeros) }
    _ = try sink.commit()
    let error = #expect(throws: AksharaError.self) {
      try ByteSource(path, freeExpansion: 4 << 20).checkCompression()
    }
    #expect(error?.message == "the zstd data unpack to more than 500 times their size")
  }

  @Test func whatIsFreeIsRead() throws {
    let folder = TemporaryFolder()
    let path = folder.file("small.jsonl.zst")
    let sink = try AtomicFile.sink(path)
    try sink.write([UInt8](repeating: UInt8(ascii: "\n"), count: 1 << 20))
    _ = try sink.commit()
    try ByteSource(path, freeExpansion: 4 << 20).checkCompression()
    #expect(ByteSource.freeExpansion == 1 << 30)
  }
}
