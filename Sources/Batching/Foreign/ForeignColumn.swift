/// A column of lists of integers, of whatever width the file has, as 32-bit integers.
struct ForeignColumn: Sendable, Equatable {
  /// What stands for a null, and for a number that does not fit.
  static let impossible = Int32.min

  /// Where each row's values begin; one more than there are rows.
  var offsets: [Int] = [0]
  /// The values of all rows.
  var values: [Int32] = []
  /// The rows of which the list itself is null.
  var nullRows: Set<Int> = []

  /// The values of a row.
  func values(of row: Int) -> ArraySlice<Int32> { values[offsets[row]..<offsets[row + 1]] }

  /// Takes a row in; `nil` for a null.
  mutating func append(_ row: (some Sequence<Int32>)?) {
    if let row { values += row } else { nullRows.insert(offsets.count - 1) }
    offsets.append(values.count)
  }

  /// A number as it is kept.
  static func narrowed(_ value: some BinaryInteger) -> Int32 { Int32(exactly: value) ?? impossible }
}

/// The columns of a tokenized data set that say something about what is trained on.
enum ForeignColumnName: String, CaseIterable, Sendable {
  case inputIDs = "input_ids"
  case labels
  case attentionMask = "attention_mask"
  /// TRL: 1 where the completion is.
  case completionMask = "completion_mask"
  /// TRL and transformers: 1 where an assistant's turn is.
  case assistantMasks = "assistant_masks"
  /// Starts again at 0 where the next sample of a packed row begins.
  case positionIDs = "position_ids"
  /// TRL: the lengths of a packed row's samples.
  case sequenceLengths = "seq_lengths"
}

/// Some rows of a tokenized data set.
struct ForeignRows: Sendable {
  /// The number of the first row in its split.
  var first = 0
  var rowCount = 0
  /// The columns that the set has.
  var columns: [ForeignColumnName: ForeignColumn] = [:]
}
