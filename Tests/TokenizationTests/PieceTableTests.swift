import Testing

@testable import Tokenization

/// The table of pieces against a dictionary, for all instruction sets.
@Suite struct PieceTableTests {
  private static let instructions = TextInstructions.allCases.filter {
    (try? TextInstructions.choice(environment: $0.rawValue, best: .best)) != nil
  }

  /// Encodes a piece by the table; `nil` if it is not there.
  private func find(_ piece: [UInt8], in table: PieceTable) -> [TokenID]? {
    let buffer = TokenBuffer()
    // The piece at the end of memory, and in front of other text.
    let results = [piece, piece + [UInt8](repeating: 0x20, count: 40)].map { text in
      buffer.removeAll()
      let done = text.withUnsafeBufferPointer { text in
        [UInt32(piece.count)].withUnsafeBufferPointer { ends in
          table.encode(text, from: 0, ends: ends, into: buffer)
        }
      }
      return done == 0 ? nil : buffer.encoding.ids
    }
    #expect(results[0] == results[1])
    return results[0]
  }

  private func insert(_ piece: [UInt8], _ ids: [TokenID], into table: PieceTable) {
    piece.withUnsafeBufferPointer { piece in
      ids.withUnsafeBufferPointer { ids in
        if let base = ids.baseAddress { table.insert(piece, base, count: ids.count) }
      }
    }
  }

  @Test(arguments: instructions) func findsWhatItHolds(_ instructions: TextInstructions) {
    let table = PieceTable(instructions, slotCount: 64, arenaSize: 1024)
    #expect(find([0x61], in: table) == nil)
    insert([0x61], [7], into: table)
    // Trailing zeros are part of a piece.
    insert([0x61, 0], [8, 9], into: table)
    let long = [UInt8](repeating: 0x62, count: 17)
    insert(long, Array(1...11), into: table)
    #expect(find([0x61], in: table) == [7])
    #expect(find([0x61, 0], in: table) == [8, 9])
    #expect(find([0x61, 0, 0], in: table) == nil)
    #expect(find(long, in: table) == Array(1...11))
    #expect(find(long + [0x62], in: table) == nil)
    #expect(find(Array(long.dropLast()), in: table) == nil)
  }

  @Test(arguments: instructions) func leavesOutWhatIsTooLong(_ instructions: TextInstructions) {
    let table = PieceTable(instructions, slotCount: 64, arenaSize: 1024)
    insert([0x61, 0x62], Array(1...33), into: table)
    insert([UInt8](repeating: 1, count: 257), [1], into: table)
    #expect(find([0x61, 0x62], in: table) == nil)
    #expect(find([UInt8](repeating: 1, count: 257), in: table) == nil)
  }

  /// Far more pieces than slots and arena hold: what is found is right, and some of it is found.
  @Test(arguments: instructions) func staysRightWhenItIsFull(_ instructions: TextInstructions) {
    let table = PieceTable(instructions, slotCount: 64, arenaSize: 1024)
    var generator = SeededGenerator(seed: 77)
    var known: [[UInt8]: [TokenID]] = [:]
    var found = 0
    for _ in 0..<20_000 {
      let length = Int.random(in: 1...(Bool.random(using: &generator) ? 3 : 40), using: &generator)
      let piece = (0..<length).map { _ in UInt8.random(in: 0...3, using: &generator) }
      if let ids = find(piece, in: table) {
        #expect(ids == known[piece], "\(piece)")
        found += 1
      } else {
        let ids = (0..<Int.random(in: 1...32, using: &generator)).map { _ in
          TokenID.random(in: 0...(1 << 20) + 1000, using: &generator)
        }
        known[piece] = ids
        insert(piece, ids, into: table)
      }
    }
    #expect(found > 1000)
  }

  @Test func choosesInstructions() throws {
    #expect(try TextInstructions.choice(environment: nil, best: .avx2) == .avx2)
    #expect(try TextInstructions.choice(environment: "scalar", best: .avx2) == .scalar)
    for name in ["avx512", "neon", ""] {
      #expect(throws: (any Error).self) {
        try TextInstructions.choice(environment: name, best: .avx2)
      }
    }
  }
}
