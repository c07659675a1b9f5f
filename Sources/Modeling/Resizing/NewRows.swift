/// The rows of new tokens in one matrix, made from the old rows.
struct NewRows {
  private let tokens: NewTokens
  private let format: RowFormat
  private let bytes: UnsafeRawBufferPointer

  /// - Parameters:
  ///   - bytes: the old matrix `[at least tokens.first, width]`; valid while this is used.
  init(_ tokens: NewTokens, format: RowFormat, bytes: UnsafeRawBufferPointer) {
    self.tokens = tokens
    self.format = format
    self.bytes = bytes
  }

  /// The weights of `composed`.
  var compositionFit: CompositionFit { fit(mean: meanRow) }

  /// The rows `[new tokens, width]`; `fit` is for `composed`, `role` for `byRole`.
  func make(_ initialization: RowInitialization, fit: CompositionFit?, role: RowRole) -> [[Float]] {
    switch initialization {
    case .byRole:
      tokens.spellings.map { spelling in
        role == .reading ? lastHeavyMean(of: spelling) : mean(of: spelling).map { 0.5 * $0 }
      }
    case .mean: tokens.spellings.map { mean(of: $0) }
    case .composed: composed(fit ?? .even, mean: meanRow)
    }
  }

  /// The mean of the rows of all old tokens.
  private var meanRow: [Float] { mean(of: 0..<tokens.first) }

  private func old(_ id: Int) -> [Float] { format.row(id, of: bytes) }

  /// The mean of some rows, summed in double precision in the order given.
  private func mean(of ids: some Collection<some BinaryInteger>) -> [Float] {
    var sums = [Double](repeating: 0, count: format.width)
    for id in ids {
      for (column, value) in old(Int(id)).enumerated() { sums[column] += Double(value) }
    }
    return sums.map { Float($0 / Double(max(1, ids.count))) }
  }

  /// The mean with the weights 1, 2, 4 …, summed in double precision: rows from the first on, halved
  /// each time one is added.
  private func lastHeavyMean(of ids: [Int32]) -> [Float] {
    var sums = [Double](repeating: 0, count: format.width)
    var total = 0.0
    for id in ids {
      for (column, value) in old(Int(id)).enumerated() {
        sums[column] = sums[column] / 2 + Double(value)
      }
      total = total / 2 + 1
    }
    return sums.map { Float($0 / max(1, total)) }
  }

  private func fit(mean: [Float]) -> CompositionFit {
    CompositionFit(mean: mean) { add in
      for (left, right, result) in tokens.compositions
      where max(left, right, result) < tokens.first {
        add(old(Int(left)), old(Int(right)), old(Int(result)))
      }
    }
  }

  /// Row by row in the order of merges, so that both parts are there. A token that no merge makes
  /// is the mean of what spelled it.
  private func composed(_ fit: CompositionFit, mean: [Float]) -> [[Float]] {
    var rows = [[Float]?](repeating: nil, count: tokens.spellings.count)
    func row(_ id: Int32) -> [Float]? {
      Int(id) < tokens.first ? old(Int(id)) : rows[Int(id) - tokens.first]
    }
    for (left, right, result) in tokens.compositions where Int(result) >= tokens.first {
      guard let left = row(left), let right = row(right) else { continue }
      rows[Int(result) - tokens.first] = fit.row(left, right, mean: mean)
    }
    return rows.enumerated().map { $1 ?? self.mean(of: tokens.spellings[$0]) }
  }
}
