import Testing
import Tokenization

@testable import Batching

/// Where samples and padding lie in rows of other tools', and columns that contradict one another.
@Suite struct ForeignRowLayoutTests {
  /// The layout of nine tokens, of which every second is trained on.
  private func layout(
    attention: [Int32]? = nil, positions: [Int32]? = nil, lengths: [Int32]? = nil,
    labels: [TokenID]? = nil, padding: TokenID? = nil
  ) -> ForeignRowLayout {
    let ids: [TokenID] = [11, 12, 13, 14, 15, 16, 17, 7, 7]
    let own = ids.enumerated().map { $0 % 2 == 0 && $0 < 7 ? $1 : ignoreIndex }
    return ForeignRowLayout(
      ids: ids, labels: labels ?? own, attention: attention, positions: positions, lengths: lengths,
      padding: padding)
  }

  private func mask(_ value: Int32) -> [Int32] { [Int32](repeating: value, count: 9) }

  private let rising = (0..<9).map(Int32.init)
  private let whole = [0..<9]

  @Test func oneSampleWithoutColumns() {
    #expect(layout().samples == whole && layout().faults == [])
    #expect(layout(attention: mask(1), positions: rising, lengths: [9]).samples == whole)
  }

  @Test func allColumnsSayWhereSamplesLie() {
    let samples = [0..<3, 3..<7]
    let attention: [Int32] = [1, 1, 1, 2, 2, 2, 2, 0, 0]
    let positions: [Int32] = [0, 1, 2, 0, 1, 2, 3, 0, 0]
    let found = layout(attention: attention, positions: positions, lengths: [3, 4])
    #expect(found.samples == samples && found.faults == [] && found.paddingID == 7)
    #expect(layout(attention: attention).samples == samples)
    #expect(layout(attention: mask(1), positions: positions).samples == samples, "fill is padding")
    #expect(layout(lengths: [3, 4, 2]).samples == [0..<3, 3..<7, 7..<9])
  }

  @Test func masksThatHideOrCountNothing() {
    #expect(layout(attention: mask(0)).faults == [.hiddenToken])
    #expect(layout(attention: [1, 1, 1, 0, 1, 1, 1, 0, 0]).faults == [.hiddenToken])
    #expect(layout(attention: mask(-1)).faults == [.wrongAttentionMask])
    #expect(layout(attention: mask(2)).faults == [.wrongAttentionMask])
    #expect(layout(attention: [1, 1, 1, 3, 3, 3, 3, 0, 0]).faults == [.wrongAttentionMask])
    let supervised = [TokenID](repeating: ignoreIndex, count: 8) + [7]
    #expect(
      layout(attention: [1, 1, 1, 1, 1, 1, 1, 0, 0], labels: supervised).faults
        == [.supervisedPadding])
  }

  @Test func positionsThatDoNotRise() {
    #expect(layout(positions: rising.map { -$0 }).faults == [.wrongPositions])
    #expect(layout(positions: rising.map { $0 < 5 ? $0 : $0 + 8 }).faults == [.wrongPositions])
    #expect(layout(positions: mask(.max)).faults == [.wrongPositions])
    // A row that is filled up in front may count that, too.
    let left: [Int32] = [0, 0, 1, 1, 1, 1, 1, 1, 1]
    let labels = [TokenID](repeating: ignoreIndex, count: 7) + [7, 7]
    let found = layout(attention: left, positions: rising, labels: labels)
    #expect(found.faults == [] && found.samples == [2..<9])
    let other = layout(attention: left, positions: rising.map { $0 + 1 }, labels: labels)
    #expect(other.faults == [.wrongPositions])
  }

  @Test func lengthsThatDoNotMakeUpTheRow() {
    for lengths in [[], [10], [14, -5], [9, 0], [.max, .max]] as [[Int32]] {
      #expect(layout(lengths: lengths).faults == [.wrongSequenceLengths])
      #expect(layout(lengths: lengths).samples == whole)
    }
  }

  @Test func columnsThatContradictOneAnother() {
    #expect(layout(positions: rising, lengths: [3, 6]).faults == [.wrongPositions])
    let attention: [Int32] = [1, 1, 1, 2, 2, 2, 2, 2, 2]
    #expect(layout(attention: attention, positions: rising).faults == [.wrongPositions])
    #expect(layout(attention: attention, lengths: [4, 5]).faults == [.wrongSequenceLengths])
  }

  @Test func paddingThatNothingHides() {
    #expect(layout(padding: 7).samples == [0..<7] && layout(padding: 7).paddingID == 7)
    #expect(layout(padding: 8).samples == whole)
    #expect(layout(attention: mask(1), padding: 7).samples == whole, "a mask says that it is text")
  }
}
