import Testing

@testable import Modeling

@Suite struct CompositionFitTests {
  @Test func findsTheWeightsThatMadeTheRows() {
    let mean: [Float] = [1, 0, 0, 1]
    let parts: [([Float], [Float])] = [
      ([1, 2, 3, 4], [2, 0, 1, 5]), ([0, 1, 0, -1], [3, 1, 4, 1]), ([5, 9, 2, 6], [-5, 3, 5, 8]),
    ]
    let fit = CompositionFit(mean: mean) { add in
      for (left, right) in parts {
        add(left, right, left.indices.map { 0.25 * left[$0] + 0.5 * right[$0] + 2 * mean[$0] })
      }
    }
    #expect(abs(fit.left - 0.25) < 1e-6)
    #expect(abs(fit.right - 0.5) < 1e-6)
    #expect(abs(fit.mean - 2) < 1e-6)
  }

  @Test func isAnEvenMeanWhereRowsSayNothing() {
    #expect(CompositionFit(mean: [0, 0]) { _ in } == .even)
    #expect(CompositionFit.even.row([1, 3], [3, 5], mean: [9, 9]) == [2, 4])
  }
}
