import Artifacts
import Testing

@testable import Batching

@Suite struct PackingTests {
  private func packs(_ packing: Packing) -> [[Int32]] {
    (0..<packing.count).map { Array(packing[$0]) }
  }

  @Test func theDrawnExample() throws {
    let packing = try Packing(lengths: [5, 3, 4, 2, 6, 1], capacity: 8)
    #expect(packs(packing) == [[4, 3], [0, 1], [2, 5]])
    #expect(packing.tokenCount == 21)
    #expect(packing.waste == 1 - 21.0 / 24)
  }

  @Test func nothingIsPackedIntoNothing() throws {
    let packing = try Packing(lengths: [], capacity: 8)
    #expect(packing.count == 0 && packing.waste == 0)
  }

  @Test func aRowThatFillsAPackStandsAlone() throws {
    #expect(packs(try Packing(lengths: [8, 8, 1, 7], capacity: 8)) == [[0], [1], [3, 2]])
  }

  @Test func whatCannotBePackedIsNamed() {
    func message(_ lengths: [Int32], _ capacity: Int) -> String {
      do { return "\(try Packing(lengths: lengths, capacity: capacity).count) packs" } catch {
        return "\(error)"
      }
    }
    #expect(
      message([1, 9], 8)
        == "row 1 of 9 tokens does not fit into packs of 8; make shards with `max_length: 8`, or "
        + "pack further")
    #expect(message([], 0).hasPrefix("packs of 0 tokens cannot be made"))
  }

  /// Small capacities meet every kind of tie; large ones every level of the set of rooms.
  @Test func isBestFitDecreasing() throws {
    var generator = SplitMix64(seed: 23)
    for number in 0..<300 {
      let capacity = [1, 2, 7, 8, 63, 64, 65, 300, 5_000, 300_000][number % 10]
      let most = 1 + generator.next(below: capacity)
      let lengths = (0..<generator.next(below: 120)).map { _ in
        Int32(generator.next(below: most + 1))
      }
      let packing = try Packing(lengths: lengths, capacity: capacity)
      #expect(
        packs(packing) == ReferencePacking.packs(lengths: lengths, capacity: capacity),
        "capacity \(capacity): \(lengths)")
    }
  }

  @Test func everyRowStandsInOnePackThatHoldsIt() throws {
    var generator = SplitMix64(seed: 24)
    let lengths = (0..<20_000).map { _ in Int32(1 + generator.next(below: 700)) }
    let packing = try Packing(lengths: lengths, capacity: 2048)
    let all = packs(packing)
    #expect(all.flatMap { $0 }.sorted() == (0..<20_000).map { Int32($0) })
    #expect(all.allSatisfy { $0.reduce(0) { $0 + lengths[Int($1)] } <= 2048 })
    #expect(packing.waste < 0.001)
  }

  /// The last number is what `trl.pack_dataset(strategy: "bfd")` 1.16.0 makes of the same lengths:
  /// `Tests/ParityTests/packing_parity.py` holds TRL against this table.
  @Test(arguments: [
    (1, 1_000, 300, 512, 284),  // seed, rows, longest, capacity, packs
    (2, 5_000, 2_048, 2_048, 2518),  // seed, rows, longest, capacity, packs
    (3, 3_000, 70, 100, 1054),  // seed, rows, longest, capacity, packs
    (4, 10_000, 900, 4_096, 1100),  // seed, rows, longest, capacity, packs
    (5, 777, 64, 64, 398),  // seed, rows, longest, capacity, packs
  ])
  func makesAsManyPacksAsTRL(seed: UInt64, rows: Int, longest: Int, capacity: Int, packs: Int)
    throws
  {
    var generator = SplitMix64(seed: seed)
    let lengths = (0..<rows).map { _ in Int32(1 + generator.next(below: longest)) }
    #expect(try Packing(lengths: lengths, capacity: capacity).count == packs)
  }
}
