internal import Tokenization

/// Where the samples of a foreign row lie, and where padding, as its other columns say, which must agree.
///
///     input_ids        a a a b b b b · ·        two samples and padding
///     attention_mask   1 1 1 1 1 1 1 0 0        or 1 1 1 2 2 2 2 0 0: the number of the sample (LLaMA-Factory)
///     position_ids     0 1 2 0 1 2 3 0 0
///     seq_lengths      3 4                      (TRL)
///
/// A trainer follows one of them, and which one is not known here: a column that says something else than
/// another, or nothing that makes sense, is a fault, even if it is the one that is not followed.
struct ForeignRowLayout {
  private let ids: [TokenID]
  private let labels: [TokenID]
  /// What is wrong with the columns.
  private(set) var faults: [ForeignFault] = []
  /// The samples, in order; at least one. If a column is wrong, the row as one.
  private(set) var samples: [Range<Int>] = []
  /// The token behind the last sample, if it is padding.
  private(set) var paddingID: TokenID?

  /// The layout of a row of at least one token; columns but the lengths have a value for each.
  ///
  /// - Parameter padding: what rows without a mask are filled up with at their ends.
  init(
    ids: [TokenID], labels: [TokenID], attention: [Int32]?, positions: [Int32]?, lengths: [Int32]?,
    padding: TokenID?
  ) {
    (self.ids, self.labels) = (ids, labels)
    var real = ids.indices
    if attention == nil, let padding { real = cutEnd(real, filledWith: padding) }
    if let attention {
      real = cutPadding(by: attention)
      if faults.isEmpty { check(attention, real) }
    }
    if let positions { real = cutFill(real, by: positions) }
    if real.upperBound < ids.count { paddingID = ids[real.upperBound] }
    samples = [real]
    guard faults.isEmpty else { return }
    var found: [[Range<Int>]] = []
    if let attention, attention[real].contains(where: { $0 > 1 }) {
      found.append(Self.cut(real, where: { attention[$0] != attention[$0 - 1] }))
    }
    if let lengths { found.append(cut(real, by: lengths)) }
    if let positions { found.append(cut(real, by: positions, isAlone: found.isEmpty)) }
    guard let first = found.first, faults.isEmpty else { return }
    if found.contains(where: { $0 != first }) {
      faults.append(positions == nil ? .wrongSequenceLengths : .wrongPositions)
    } else {
      samples = first
    }
  }

  // MARK: Padding

  /// The tokens that are no padding, which the attention mask hides at both ends.
  private mutating func cutPadding(by attention: [Int32]) -> Range<Int> {
    guard let first = attention.firstIndex(where: { $0 != 0 }),
      let last = attention.lastIndex(where: { $0 != 0 })
    else {
      faults.append(.hiddenToken)
      return ids.indices
    }
    let hidden = labels[..<first] + labels[(last + 1)...]
    if hidden.contains(where: { $0 != ignoreIndex }) { faults.append(.supervisedPadding) }
    return first..<last + 1
  }

  /// What is left before padding that nothing hides: no token before it sees it, and none is trained on.
  private func cutEnd(_ real: Range<Int>, filledWith padding: TokenID) -> Range<Int> {
    var end = real.upperBound
    while end > real.lowerBound + 1, ids[end - 1] == padding, labels[end - 1] == ignoreIndex {
      end -= 1
    }
    return real.lowerBound..<end
  }

  /// What is left before tokens that fill up a pack and are not hidden, as LLaMA-Factory writes them: the
  /// same token again and again, none trained on, each at position 0.
  private func cutFill(_ real: Range<Int>, by positions: [Int32]) -> Range<Int> {
    var end = real.upperBound
    while end > real.lowerBound + 1, positions[end - 1] == 0, labels[end - 1] == ignoreIndex,
      ids[end - 1] == ids[real.upperBound - 1]
    { end -= 1 }
    return real.lowerBound..<end
  }

  // MARK: Borders

  /// The mask is 1 everywhere, or counts samples from 1.
  private mutating func check(_ attention: [Int32], _ real: Range<Int>) {
    if attention[real].contains(0) { return faults.append(.hiddenToken) }
    let counts = zip(real, real.dropFirst()).allSatisfy {
      (0...1).contains(Int(attention[$1]) - Int(attention[$0]))
    }
    if attention[real.lowerBound] != 1 || !counts { faults.append(.wrongAttentionMask) }
  }

  private mutating func cut(_ real: Range<Int>, by lengths: [Int32]) -> [Range<Int>] {
    let sum = lengths.reduce(0) { $0 + Int($1) }
    guard lengths.allSatisfy({ $0 > 0 }), sum == real.count || sum == ids.count else {
      faults.append(.wrongSequenceLengths)
      return [real]
    }
    var start = real.lowerBound
    let ranges = lengths.map { length in
      defer { start += Int(length) }
      return start..<min(start + Int(length), real.upperBound)
    }
    return ranges.filter { !$0.isEmpty }
  }

  /// Each sample's positions rise by one from 0. A row that is alone may count its padding, too.
  private mutating func cut(
    _ real: Range<Int>, by positions: [Int32], isAlone: Bool
  ) -> [Range<Int>] {
    let ranges = Self.cut(real, where: { positions[$0] == 0 })
    let first = positions[real.lowerBound]
    let rise = ranges.allSatisfy { range in
      range.dropFirst().allSatisfy { Int(positions[$0]) == Int(positions[$0 - 1]) + 1 }
    }
    let begins = first == 0 || isAlone && ranges.count == 1 && Int(first) == real.lowerBound
    if !rise || !begins { faults.append(.wrongPositions) }
    return ranges
  }

  /// Cuts a range before each index that `begins` a sample.
  private static func cut(_ range: Range<Int>, where begins: (Int) -> Bool) -> [Range<Int>] {
    let starts = [range.lowerBound] + range.dropFirst().filter(begins)
    return zip(starts, starts.dropFirst() + [range.upperBound]).map { $0..<$1 }
  }
}
