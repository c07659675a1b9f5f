import Testing

@testable import Tokenization

@Suite struct ByteStringTableTests {
  private func insert(_ bytes: [UInt8], _ table: inout ByteStringTable) -> (Int, Bool) {
    bytes.withUnsafeBufferPointer { table.insert($0) }
  }

  @Test func numbersStringsInOrder() {
    var table = ByteStringTable()
    #expect(insert([1, 2], &table) == (0, true))
    #expect(insert([], &table) == (1, true))
    #expect(insert([1, 2], &table) == (0, false))
    #expect(insert([1, 2, 0], &table) == (2, true))
    #expect(table.count == 3)
    #expect(Array(table[2]) == [1, 2, 0])
  }

  @Test func agreesWithADictionary() {
    var generator = SeededGenerator(seed: 3)
    var table = ByteStringTable()
    var twin: [[UInt8]: Int] = [:]
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...12, using: &generator)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...3, using: &generator) }
      let expected = twin[bytes] ?? twin.count
      twin[bytes] = expected
      #expect(insert(bytes, &table).0 == expected)
    }
    #expect(table.count == twin.count)
    for (bytes, index) in twin {
      #expect(bytes.withUnsafeBufferPointer { table.index(of: $0) } == index)
    }
    #expect([UInt8(9)].withUnsafeBufferPointer { table.index(of: $0) } == nil)
  }
}
