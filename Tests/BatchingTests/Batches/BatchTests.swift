import Artifacts
import Testing

@testable import Batching

@Suite struct BatchTests {
  /// Two rows whose end token 2 is the padding token too.
  private let rows = [
    TokenRow(inputIDs: [7, 8, 9, 2, 5, 2], labels: [-100, -100, -100, 2, 5, 2]),
    TokenRow(inputIDs: [7, 8, 5, 2], labels: [-100, -100, 5, 2]),
  ]

  @Test func padsOnTheRightAndKeepsTheEndTokenSupervised() throws {
    let batch = try Batch(rows, padding: 2)
    #expect(batch.tokens == [7, 8, 9, 2, 5, 2, 7, 8, 5, 2, 2, 2])
    #expect(batch.labels == [-100, -100, -100, 2, 5, 2, -100, -100, 5, 2, -100, -100])
    #expect(batch.attentionMask == [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0])
    #expect(batch.weights == [0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0])
    #expect(batch.paddingCount == 2)
    #expect(batch.tokenCount == 10)
    #expect(batch.supervisedCount == 5)
  }

  @Test func padsOnTheLeftWithPositionsFromTheFirstToken() throws {
    let batch = try Batch(rows, padding: 2, to: .exactly(7), on: .left)
    #expect(batch.tokens == [2, 7, 8, 9, 2, 5, 2, 2, 2, 2, 7, 8, 5, 2])
    #expect(
      batch.labels == [
        -100, -100, -100, -100, 2, 5, 2, -100, -100, -100, -100, -100, 5, 2,
      ])
    #expect(batch.attentionMask == [0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1])
    #expect(batch.positionIDs == [0, 0, 1, 2, 3, 4, 5, 0, 0, 0, 0, 1, 2, 3])
    #expect(batch.weights == [0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1])
    #expect((0..<2).map(batch.row) == rows)
    #expect(try batch.modelInput == Batch(rows, padding: 2).modelInput)
  }

  @Test func rowsEndToEndHaveBordersAndPositionsOfTheirOwn() throws {
    let packed = try PackedBatch(rows, padding: 9, toMultipleOf: 4)
    #expect(packed.tokens == [7, 8, 9, 2, 5, 2, 7, 8, 5, 2, 9, 9])
    #expect(
      packed.labels == [-100, -100, -100, 2, 5, 2, -100, -100, 5, 2, -100, -100])
    #expect(packed.positionIDs == [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 0, 1])
    #expect(packed.cuSeqlens == [0, 6, 10, 12])
    #expect(packed.weights == [0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0])
    #expect(packed.rowCount == 2 && packed.paddingCount == 2 && packed.maxSeqlen == 6)
    #expect((0..<2).map(packed.row) == rows)
    #expect(packed.modelInput == ModelInput(rows))
    let plain = try PackedBatch(rows)
    #expect(plain.cuSeqlens == [0, 6, 10] && plain.paddingCount == 0 && plain.rowCount == 2)
    #expect(try PackedBatch([]).cuSeqlens == [0])
    #expect(throws: AksharaError.self) { try PackedBatch(rows, toMultipleOf: 0) }
  }

  @Test func padsToAMultipleAndToALength() throws {
    #expect(try Batch(rows, padding: 0, to: .multiple(of: 4)).length == 8)
    #expect(try Batch(rows, padding: 0, to: .exactly(7)).length == 7)
  }

  @Test func refusesARowLongerThanTheLength() {
    #expect {
      try Batch(rows, padding: 0, to: .exactly(5))
    } throws: {
      "\($0)"
        == "a row of 6 tokens does not fit into batches of 5; make shards with `max_length: 5`, "
        + "or pad further"
    }
  }

  @Test func movesLabelsByOneInsideEachRow() throws {
    let input = try Batch(rows, padding: 2).modelInput
    #expect(input.tokens == [7, 8, 9, 2, 5, 2, 7, 8, 5, 2])
    #expect(input.positions == [0, 1, 2, 3, 4, 5, 0, 1, 2, 3])
    #expect(input.borders == [0, 6, 10])
    #expect(input.targets == [-100, -100, 2, 5, 2, -100, -100, 5, 2, -100])
    #expect(input.weights == [0, 0, 1, 1, 1, 0, 0, 1, 1, 0])
    #expect(input.weightSum == 5)
    #expect(input.targetCount == 5)
    #expect(input.longest == 6)
  }

  @Test func weightsMoveWithTheirLabels() {
    let row = TokenRow(inputIDs: [1, 2, 3], labels: [-100, 2, 3], weights: [0, 0.5, 2])
    let input = ModelInput([row])
    #expect(input.targets == [2, 3, -100])
    #expect(input.weights == [0.5, 2, 0])
  }
}
