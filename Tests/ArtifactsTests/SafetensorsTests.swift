import Artifacts
import Fixtures
import Foundation
import Testing

@Suite struct SafetensorsTests {
  private let folder = TemporaryFolder()

  /// A file with this header, stated length (its own if `nil`) and data.
  private func file(_ header: String, length: UInt64? = nil, data: Int = 0) throws -> String {
    let path = folder.file("x.safetensors")
    var bytes = withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) {
      Array($0)
    }
    bytes += Array(header.utf8)
    bytes += [UInt8](repeating: 7, count: data)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func expectError(
    _ code: AksharaError.Code, _ part: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ path: () throws -> String
  ) {
    do {
      _ = try SafetensorsFile(try path())
      Issue.record("the file was taken", sourceLocation: sourceLocation)
    } catch let error as AksharaError {
      #expect(error.code == code, sourceLocation: sourceLocation)
      #expect(error.message.contains(part), "\(error)", sourceLocation: sourceLocation)
      #expect(error.location != nil, sourceLocation: sourceLocation)
    } catch {
      Issue.record("\(error)", sourceLocation: sourceLocation)
    }
  }

  @Test func writesBytesThatTheFormatDescribes() throws {
    let path = folder.file("a.safetensors")
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    try writer.add("b", .f32, [2], bytes: [0, 0, 128, 63, 0, 0, 0, 64])
    try writer.add("a", .u8, [3], bytes: [1, 2, 3])
    try writer.write(to: path)
    let header =
      #"{"__metadata__":{"format":"pt"},"#
      + #""a":{"dtype":"U8","shape":[3],"data_offsets":[8,11]},"#
      + #""b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    var expected = withUnsafeBytes(of: UInt64(padded.utf8.count).littleEndian) { Array($0) }
    expected += Array(padded.utf8) + [0, 0, 128, 63, 0, 0, 0, 64] + [1, 2, 3]
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(expected))
  }

  @Test func readsWhatWasWritten() throws {
    let path = folder.file("a.safetensors")
    var writer = SafetensorsWriter(metadata: ["note": "ಅಕ್ಷರ"])
    try writer.add("scalar", .i64, [], bytes: [5, 0, 0, 0, 0, 0, 0, 0])
    try writer.add("empty", .f32, [0, 4], bytes: [])
    try writer.add("pieces", .bf16, [2, 1]) { emit in
      try [UInt8](1...3).withUnsafeBytes { try emit($0) }
      try [UInt8](4...4).withUnsafeBytes { try emit($0) }
    }
    let digest = try writer.write(to: path)
    #expect(try writer.write(to: path) == digest)
    let file = try SafetensorsFile(path)
    #expect(file.metadata == ["note": "ಅಕ್ಷರ"])
    #expect(file.names == ["empty", "pieces", "scalar"])
    #expect(try file.entry("pieces").shape == [2, 1])
    #expect(try file.entry("empty").count == 0)
    #expect(try file.entry("scalar").count == 1)
    #expect(try file.withBytes(of: "pieces") { Array($0) } == [1, 2, 3, 4])
    #expect(throws: AksharaError.self) { try file.withBytes(of: "other") { _ in } }
  }

  @Test func writerRefusesWrongBytesAndNames() throws {
    let path = folder.file("a.safetensors")
    var writer = SafetensorsWriter()
    try writer.add("a", .f32, [2], bytes: [1, 2, 3, 4])
    #expect(throws: AksharaError.self) { try writer.add("a", .f32, [], bytes: []) }
    #expect(throws: AksharaError.self) { try writer.add("__metadata__", .f32, [], bytes: []) }
    #expect(throws: AksharaError.self) { try writer.write(to: path) }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func refusesMissingFile() {
    expectError(.missingFile, "cannot open") { folder.file("none.safetensors") }
  }

  @Test func refusesFolder() { expectError(.unreadable, "regular") { folder.path } }

  @Test func refusesFileOfLessThanEightBytes() {
    expectError(.malformed, "at least 8 bytes") {
      let path = folder.file("short")
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
      return path
    }
  }

  @Test func refusesHeaderBeyondTheLimit() {
    expectError(.malformed, "100000000 are allowed") { try file("{}", length: 100_000_001) }
    expectError(.malformed, "100000000 are allowed") { try file("{}", length: .max) }
  }

  @Test func refusesHeaderBeyondTheFile() {
    expectError(.malformed, "the file ends before") { try file("{}", length: 3) }
  }

  @Test func refusesHeaderThatDoesNotBeginWithBrace() {
    expectError(.malformed, "does not begin with `{`") { try file(" {}") }
    expectError(.malformed, "does not begin with `{`") { try file("") }
  }

  @Test func refusesHeaderThatIsNotJSON() {
    expectError(.malformed, "not valid JSON") { try file("{\"a\":") }
  }

  @Test func refusesEntryWithoutItsParts() {
    expectError(.malformed, "tensor `a` needs") {
      try file(#"{"a":{"dtype":"F32","shape":[0]}}"#)
    }
    expectError(.malformed, "tensor `a` needs") { try file(#"{"a":3}"#) }
  }

  @Test func refusesNegativeOrFractionalSizes() {
    expectError(.malformed, "tensor `a` needs") {
      try file(#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, data: 4)
    }
    expectError(.malformed, "tensor `a` needs") {
      try file(#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, data: 4)
    }
  }

  @Test func refusesUnknownType() {
    expectError(.unsupported, "dtype `F4`") {
      try file(#"{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}"#, data: 1)
    }
  }

  @Test func refusesOffsetsThatAreNoRange() {
    expectError(.malformed, "no range") {
      try file(#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[4,0]}}"#, data: 4)
    }
    expectError(.malformed, "no range") {
      try file(#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4,4]}}"#, data: 4)
    }
  }

  @Test func refusesShapeThatDoesNotFitItsBytes() {
    expectError(.malformed, "does not take the 4 bytes") {
      try file(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, data: 4)
    }
  }

  @Test func refusesShapeThatOverflows() {
    expectError(.malformed, "does not take") {
      try file(
        #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#)
    }
  }

  @Test func refusesOverlap() {
    expectError(.malformed, "overlaps") {
      try file(
        #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"#
          + #""b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#, data: 4)
    }
  }

  @Test func refusesHole() {
    expectError(.malformed, "bytes 1 to 2") {
      try file(
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
          + #""b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#, data: 4)
    }
  }

  @Test func refusesDataThatIsCutShortOrTooLong() {
    let header = #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#
    expectError(.malformed, "but 3 follow") { try file(header, data: 3) }
    expectError(.malformed, "but 5 follow") { try file(header, data: 5) }
  }

  @Test func refusesNameThatStandsTwice() {
    expectError(.malformed, "twice") {
      try file(
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
          + #""a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, data: 2)
    }
  }

  @Test func refusesMetadataThatIsNoText() {
    expectError(.malformed, "no string") { try file(#"{"__metadata__":{"a":1}}"#) }
    expectError(.malformed, "object of strings") { try file(#"{"__metadata__":[]}"#) }
  }

  @Test func acceptsEmptyFileOfTensors() throws {
    #expect(try SafetensorsFile(try file("{}  ")).tensors.isEmpty)
  }

  @Test func readsFilesOfTheReferenceLibrary() throws {
    guard let path = RepositoryPaths.shared("fixtures/quant_cpu.safetensors") else { return }
    let file = try SafetensorsFile(path)
    #expect(try file.entry("weight_bf16").type == .bf16)
    #expect(try file.entry("weight_f32").shape == [192, 256])
    #expect(try file.withBytes(of: "dyn8.q") { $0.count } == 1000)
  }
}
