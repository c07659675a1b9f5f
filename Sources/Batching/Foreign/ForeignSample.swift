internal import Tokenization

/// What decides which tokens of a foreign set are trained on.
public enum ForeignLabelSource: String, Sendable {
  /// The column `labels`.
  case labels
  /// `completion_mask` and `assistant_masks`, as TRL's collator reads them: a token is trained on
  /// where each mask that is there is 1.
  case masks
  /// Nothing: every token is trained on.
  case none
}

/// A sample of a foreign set: a row without its padding, or one of the samples of a packed row.
struct ForeignSample: Sendable {
  /// The row in its split.
  var row: Int
  /// Where the sample begins in the row.
  var start: Int
  var ids: [TokenID]
  var labels: [TokenID]
  /// Whether the row ends where the sample ends, but for padding.
  var endsRow = true
  /// The faults that its columns show, before tokens are looked at.
  var faults: [ForeignFault] = []
  /// The token behind the sample, if it is padding: the first one.
  var paddingID: TokenID?
  /// Whether no attention mask hides that padding.
  var hasOpenPadding = false
  /// How many samples its row holds.
  var samplesInRow = 1
}

/// Takes rows of a foreign set apart into samples.
struct ForeignRowCutter: Sendable {
  /// What is labelled by what.
  let source: ForeignLabelSource
  /// The token that rows are filled up with; `nil` if it is not known, or ends answers, too.
  private let padding: TokenID?

  init(_ columns: Set<ForeignColumnName>, padding: TokenID?) {
    self.padding = padding
    source =
      columns.contains(.labels)
      ? .labels
      : columns.contains(.completionMask) || columns.contains(.assistantMasks) ? .masks : .none
  }

  /// The samples of a row, in order; at least one.
  func samples(of row: Int, in rows: ForeignRows) -> [ForeignSample] {
    func column(_ name: ForeignColumnName) -> [Int32]? {
      rows.columns[name].map { Array($0.values(of: row)) }
    }
    let ids = column(.inputIDs) ?? []
    var whole = ForeignSample(row: rows.first + row, start: 0, ids: ids, labels: ids)
    let isMissing = rows.columns.values.contains {
      $0.nullRows.contains(row) || $0.values(of: row).contains(ForeignColumn.impossible)
    }
    if isMissing { whole.faults.append(.missingValue) }
    let masks = [column(.completionMask), column(.assistantMasks)].compactMap { $0 }
    let attention = column(.attentionMask)
    let aligned = masks + [column(.labels), attention, column(.positionIDs)].compactMap { $0 }
    guard whole.faults.isEmpty, aligned.allSatisfy({ $0.count == ids.count }), !ids.isEmpty else {
      if whole.faults.isEmpty { whole.faults = [.unequalColumns] }
      return [whole]
    }
    switch source {
    case .labels: whole.labels = column(.labels) ?? ids
    case .masks:
      for index in ids.indices where masks.contains(where: { $0[index] == 0 }) {
        whole.labels[index] = ignoreIndex
      }
    case .none:
      for index in ids.indices where attention?[index] == 0 { whole.labels[index] = ignoreIndex }
    }
    let layout = ForeignRowLayout(
      ids: ids, labels: whole.labels, attention: attention, positions: column(.positionIDs),
      lengths: column(.sequenceLengths), padding: padding)
    whole.faults = layout.faults
    whole.paddingID = layout.paddingID
    whole.hasOpenPadding = layout.paddingID != nil && attention == nil
    return layout.samples.enumerated().map { index, range in
      var sample = whole
      sample.start = range.lowerBound
      sample.ids = Array(whole.ids[range])
      sample.labels = Array(whole.labels[range])
      sample.endsRow = index == layout.samples.count - 1
      sample.samplesInRow = layout.samples.count
      if !sample.endsRow { (sample.paddingID, sample.hasOpenPadding) = (nil, false) }
      if index > 0 { sample.faults = [] }
      return sample
    }
  }
}
