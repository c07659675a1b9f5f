import Artifacts
import Fixtures
import Foundation
import Testing

@testable import Batching

@Suite struct ArrowStreamTests {
  private let schema = ArrowSchema(fields: [
    ArrowField("n", .list(.int32)), ArrowField("s", .utf8),
    ArrowField("t", .structure([ArrowField("b", .bool), ArrowField("f", .float32)])),
  ])
  private let folder = TemporaryFolder()

  private var columns: [ArrowColumn] {
    [
      .list(offsets: [0, 2, 2, 5], .int32([1, -2, 3, 4, 5])),
      .utf8(offsets: [0, 3, 3, 4], bytes: Array("ಅx".utf8)),
      .structure(count: 3, [.bool([true, false, true]), .float32([0.5, -1, 2])]),
    ]
  }

  /// A file of two record batches of three rows.
  private func write(_ path: String, schema: ArrowSchema? = nil) throws {
    let writer = try ArrowStreamWriter(path, schema: schema ?? self.schema)
    for _ in 0..<2 {
      try writer.write(EncodedBatch(rows: 3, columns, path: path))
    }
    _ = try writer.commit()
  }

  @Test func readsWhatItWrote() throws {
    let path = folder.file("a.arrow")
    try write(path)
    let reader = try ArrowStreamReader(path, schema: schema)
    #expect(reader.rowCount == 6)
    for batch in reader.batches {
      #expect((0..<3).map { batch.range(0, $0) } == [0..<2, 2..<2, 2..<5])
      #expect(Array(batch.int32(2)[0..<5]) == [1, -2, 3, 4, 5])
      #expect((0..<3).map { batch.string(4, $0) } == ["ಅ", "", "x"])
      #expect((0..<3).map { batch.bool(8, $0) } == [true, false, true])
      #expect(Array(batch.float32(10)[0..<3]) == [0.5, -1, 2])
      #expect(Int(bitPattern: batch.int32(2).baseAddress) % ArrowStreamWriter.alignment == 0)
    }
  }

  @Test func aFileWithoutRowsIsAFile() throws {
    let path = folder.file("empty.arrow")
    _ = try ArrowStreamWriter(path, schema: schema).commit()
    #expect(try ArrowStreamReader(path, schema: schema).rowCount == 0)
  }

  @Test func theNumbersOfBuffersAreThoseOfTheSchema() {
    // The first buffer of each node, in order, counted from the types.
    func firstBuffers(_ schema: ArrowSchema) -> [Int] {
      var next = 0
      return schema.nodes.map { type in
        defer { next += type.bufferCount }
        return next
      }
    }
    typealias Data = ShardSchema.DataBuffer
    #expect(
      firstBuffers(ShardSchema.data) == [
        Data.inputIDs, Data.inputIDValues, Data.attentionMask, Data.attentionMaskValues,
        Data.labels, Data.labelValues,
      ])
    typealias Row = ShardSchema.RowBuffer
    #expect(
      firstBuffers(ShardSchema.rows) == [
        Row.id, Row.template, Row.text, Row.language, Row.source, Row.tags, Row.tagValues,
        Row.spans, 22, Row.message, Row.role, Row.kind, Row.byteStart, Row.byteEnd, Row.tokenStart,
        Row.tokenEnd, Row.supervised, Row.weight,
      ])
  }

  // MARK: Malformed files

  /// The reason for which a file is refused after `change`.
  private func refusal(
    schema other: ArrowSchema? = nil, _ change: (inout [UInt8]) -> Void
  ) throws -> String {
    let path = folder.file("broken.arrow")
    try write(path, schema: other)
    var bytes = [UInt8](FileManager.default.contents(atPath: path) ?? Data())
    change(&bytes)
    try AtomicFile.write(bytes, to: path)
    do {
      _ = try ArrowStreamReader(path, schema: schema)
      return "accepted"
    } catch let error as AksharaError {
      #expect(error.code == .malformed)
      #expect(error.location?.file == path)
      return error.message.replacing("not a shard file: ", with: "")
    }
  }

  /// Where the first record batch begins: behind the schema's message.
  private func firstBatch(_ bytes: [UInt8]) -> Int {
    8 + Int(bytes[4]) + Int(bytes[5]) << 8
  }

  /// Where the first record batch's body begins.
  private func firstBody(_ bytes: [UInt8]) -> Int {
    let start = firstBatch(bytes)
    return start + 8 + Int(bytes[start + 4]) + Int(bytes[start + 5]) << 8
  }

  /// Replaces the first 64-bit number `from` behind `start`.
  private func replace(
    _ from: Int64, with to: Int64, in bytes: inout [UInt8], after start: Int
  ) {
    for place in stride(from: start, to: bytes.count - 8, by: 4) {
      let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Int64.self) }
      guard value == from else { continue }
      withUnsafeBytes(of: to) { bytes.replaceSubrange(place..<place + 8, with: $0) }
      return
    }
    Issue.record("the number \(from) is not there")
  }

  @Test func refusesAnEmptyFile() throws {
    #expect(try refusal { $0 = [] } == "it ends without an end marker (byte 0)")
  }

  @Test func refusesAFileWithoutItsMarks() throws {
    #expect(
      try refusal { $0[0] = 0 } == "a message does not begin with FF FF FF FF (byte 0)")
  }

  @Test func refusesACutFile() throws {
    #expect(try refusal { $0.removeLast(8) }.hasPrefix("it ends without an end marker"))
    #expect(try refusal { $0.removeLast(72) }.contains("reaches behind the end"))
    #expect(
      try refusal { $0.removeLast($0.count - 100) }
        == "a message's metadata reach behind the end (byte 0)")
  }

  @Test func refusesBytesBehindTheEnd() throws {
    #expect(try refusal { $0.append(0) }.hasPrefix("bytes follow the end marker"))
  }

  @Test func refusesAnotherSchema() throws {
    let message = "its columns are not those of a shard"
    for other in [
      ArrowSchema(fields: [schema.fields[0], ArrowField("other", .utf8), schema.fields[2]]),
      ArrowSchema(fields: [
        ArrowField("n", .list(.int8)), schema.fields[1], schema.fields[2],
      ]),
    ] {
      let path = folder.file("other.arrow")
      _ = try ArrowStreamWriter(path, schema: other).commit()
      #expect {
        try ArrowStreamReader(path, schema: schema)
      } throws: {
        "\($0)".contains(message)
      }
    }
  }

  @Test func refusesAFileWithoutASchema() throws {
    #expect(
      try refusal { $0.removeFirst(firstBatch($0)) }.hasPrefix("it does not begin with a schema"))
  }

  @Test func refusesASecondSchema() throws {
    let found = try refusal { bytes in
      let start = firstBatch(bytes)
      bytes.insert(contentsOf: bytes[..<start], at: start)
    }
    #expect(found.hasPrefix("it holds a message that is no record batch"))
  }

  @Test func refusesABodyThatReachesBehindTheEnd() throws {
    let found = try refusal { bytes in
      let length = Int64((bytes.count - 8 - firstBatch(bytes)) / 2)
      let body = length - Int64(firstBody(bytes) - firstBatch(bytes))
      replace(body, with: 1 << 40, in: &bytes, after: firstBatch(bytes))
    }
    #expect(found.hasPrefix("a message's body reaches behind the end"))
  }

  @Test func refusesBuffersOutsideTheBody() throws {
    for length in [Int64(1) << 40, -1, Int64.max] {
      let found = try refusal { setLengthOfValues(to: length, in: &$0) }
      #expect(found.hasPrefix("a buffer lies outside of its record batch"))
    }
  }

  @Test func refusesABufferThatIsTooShort() throws {
    let found = try refusal { setLengthOfValues(to: 16, in: &$0) }
    #expect(found.hasPrefix("the column `n` is not what its offsets say"))
  }

  @Test func refusesNullsAndCountsBelowZero() throws {
    // The first node says: 3 rows, no null.
    let nulls = try refusal { bytes in
      let nodes = place(ofPair: (3, 0), in: bytes, after: firstBatch(bytes))
      bytes[nodes + 8] = 1
    }
    #expect(nulls.hasPrefix("a record batch has nulls"))
    let negative = try refusal { bytes in
      let nodes = place(ofPair: (3, 0), in: bytes, after: firstBatch(bytes))
      bytes.replaceSubrange(nodes..<nodes + 8, with: [UInt8](repeating: 0xFF, count: 8))
    }
    #expect(negative.hasPrefix("a record batch has nulls, or a count below zero"))
  }

  /// Changes the length of the first batch's buffer of list values, which is (64, 20).
  private func setLengthOfValues(to length: Int64, in bytes: inout [UInt8]) {
    let buffer = place(ofPair: (64, 20), in: bytes, after: firstBatch(bytes))
    withUnsafeBytes(of: length) { bytes.replaceSubrange(buffer + 8..<buffer + 16, with: $0) }
  }

  private func place(ofPair pair: (Int64, Int64), in bytes: [UInt8], after start: Int) -> Int {
    bytes.withUnsafeBytes { raw in
      stride(from: start, to: bytes.count - 16, by: 4).first {
        raw.loadUnaligned(fromByteOffset: $0, as: Int64.self) == pair.0
          && raw.loadUnaligned(fromByteOffset: $0 + 8, as: Int64.self) == pair.1
      } ?? 0
    }
  }

  @Test func refusesACountThatIsNotTheColumns() throws {
    let found = try refusal { bytes in
      let nodes = place(ofPair: (3, 0), in: bytes, after: firstBatch(bytes))
      bytes[nodes] = 4
    }
    #expect(found.hasPrefix("the column `n` is not what its offsets say"))
  }

  @Test func refusesOffsetsThatFallOrReachTooFar() throws {
    // The list's offsets, the first thing in the body: 0 2 2 5.
    for (index, value) in [(0, UInt8(3)), (1, 9), (3, 200)] {
      let found = try refusal { $0[firstBody($0) + 4 * index] = value }
      #expect(found.hasPrefix("the column `n` is not what its offsets say"))
    }
    let negative = try refusal { bytes in
      let body = firstBody(bytes)
      for byte in 0..<4 { bytes[body + byte] = 0xFF }
    }
    #expect(negative.hasPrefix("the column `n` is not what its offsets say"))
    // The string's offsets, 128 bytes behind: 0 3 3 4.
    let text = try refusal { $0[firstBody($0) + 128 + 12] = 100 }
    #expect(text.hasPrefix("the column `s` is not what its offsets say"))
  }

  @Test func aMissingFileIsMissing() {
    #expect {
      try ArrowStreamReader(folder.file("nowhere"), schema: schema)
    } throws: {
      ($0 as? AksharaError)?.code == .missingFile
    }
  }

  /// Whatever byte is changed, the file is read or refused; nothing is read outside of it.
  @Test func noChangedByteMakesItReadOutside() throws {
    let path = folder.file("fuzz.arrow")
    try write(path)
    let sound = [UInt8](FileManager.default.contents(atPath: path) ?? Data())
    var generator = SplitMix64(seed: 8)
    var refused = 0
    for _ in 0..<1_500 {
      var bytes = sound
      for _ in 0..<(1 + generator.next(below: 3)) {
        bytes[generator.next(below: bytes.count)] = UInt8(generator.next(below: 256))
      }
      if generator.next(below: 10) == 0 { bytes.removeLast(generator.next(below: bytes.count)) }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      do {
        let reader = try ArrowStreamReader(path, schema: schema)
        for batch in reader.batches {
          for row in 0..<batch.rowCount {
            _ = batch.int32(2)[batch.range(0, row)].reduce(0) { $0 &+ $1 }
            _ = batch.string(4, row)
            _ = batch.bool(8, row)
            _ = batch.float32(10)[row]
          }
        }
      } catch is AksharaError { refused += 1 }
    }
    #expect(refused > 300)
  }
}
