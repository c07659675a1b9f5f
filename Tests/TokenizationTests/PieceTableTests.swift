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

  /// What stands for the merges here: one to as many tokens as the piece has bytes, small and large.
  private static func tokens(of piece: UnsafeBufferPointer<UInt8>) -> [TokenID] {
    var hash = piece.reduce(UInt64(piece.count)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return (0...Int(hash >> 7 % UInt64(min(piece.count, 32)))).map { _ in
      hash = hash &* 6_364_136_223_846_793_005 &+ 1
      return TokenID(hash >> 33 & (hash >> 20 % 50 == 0 ? 0x7FF_FFFF : 0xF_FFFF))
    }
  }

  /// Windows of up to 400 pieces, with and without somebody to ask, in tables of all sizes:
  /// narrow, wide and far pieces displace one another, and the text ends where its memory does.
  @Test(arguments: instructions) func encodesWindows(_ instructions: TextInstructions) {
    var generator = SeededGenerator(seed: 4711)
    for round in 0..<27 {
      let table = PieceTable(
        instructions, slotCount: 4 << (round % 9), arenaSize: round % 5 == 0 ? 64 : 4096)
      let asks = round % 2 == 0
      if asks {
        table.ask(
          { table, piece, count, ids in
            guard let table, let ids else { return 0 }
            let piece = UnsafeBufferPointer(start: piece, count: count)
            let tokens = PieceTableTests.tokens(of: piece)
            ids.update(from: tokens, count: tokens.count)
            Unmanaged<PieceTable>.fromOpaque(table).takeUnretainedValue()
              .insert(piece, tokens, count: tokens.count)
            return tokens.count
          }, context: Unmanaged.passUnretained(table).toOpaque())
      }
      for _ in 0..<2 {
        var text: [UInt8] = []
        var ends: [UInt32] = []
        for _ in 0..<Int.random(in: 1...400, using: &generator) {
          let longest = [4, 4, 4, 9, 20, 300][Int.random(in: 0..<6, using: &generator)]
          let length = Int.random(in: 1...longest, using: &generator)
          text += (0..<length).map { _ in [0, 0x61, 0xE0][Int.random(in: 0..<3, using: &generator)]
          }
          ends.append(UInt32(text.count))
        }
        let (found, stops) = encode(text, ends, by: table)
        #expect(found, "\(instructions), round \(round)")
        if asks {
          #expect(stops.allSatisfy { $0 > 32 }, "stopped at a piece that it could ask for")
        }
      }
    }
  }

  /// Whether the table gives the tokens of all pieces, and the lengths of those at which it stopped,
  /// which are put in then.
  private func encode(
    _ text: [UInt8], _ ends: [UInt32], by table: PieceTable
  ) -> (found: Bool, stops: [Int]) {
    let buffer = TokenBuffer()
    var expected: [TokenID] = []
    var stops: [Int] = []
    text.withUnsafeBufferPointer { text in
      ends.withUnsafeBufferPointer { ends in
        var (start, done) = (UInt32(0), 0)
        while done < ends.count {
          let rest = UnsafeBufferPointer(rebasing: ends[done...])
          done += table.encode(text, from: start, ends: rest, into: buffer)
          guard done < ends.count else { break }
          start = done == 0 ? 0 : ends[done - 1]
          let piece = UnsafeBufferPointer(rebasing: text[Int(start)..<Int(ends[done])])
          let tokens = Self.tokens(of: piece)
          table.insert(piece, tokens, count: tokens.count)
          for token in tokens { buffer.append(token, end: 0) }
          stops.append(piece.count)
          (start, done) = (ends[done], done + 1)
        }
        var begin = 0
        for end in ends {
          expected += Self.tokens(of: UnsafeBufferPointer(rebasing: text[begin..<Int(end)]))
          begin = Int(end)
        }
      }
    }
    return (buffer.encoding.ids == expected, stops)
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
