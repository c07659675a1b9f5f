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
