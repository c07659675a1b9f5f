internal import Artifacts

/// What became of the rows of one block.
struct BlockResult {
  /// The lines of the conversations.
  let output = JSONOutput(capacity: 3 << 19)
  /// Rows that became a conversation.
  var imported = 0
  /// Messages whose text looks like a control token.
  var controlTokenTexts = 0
  /// Rows by the columns that nothing was made of.
  var ignored = NameCounts()
  /// Rows that are set aside, in order.
  var faults: [(row: TextLine, fault: RowFault)] = []

  /// Forgets everything.
  mutating func reset() {
    output.truncate(to: 0)
    (imported, controlTokenTexts) = (0, 0)
    ignored = NameCounts()
    faults = []
  }
}

/// Counts names that are met again and again, without a string for each time.
struct NameCounts {
  private(set) var entries: [(name: [UInt8], count: Int)] = []

  /// Counts a name, `count` times.
  mutating func add(_ name: UnsafeBufferPointer<UInt8>, count: Int = 1) {
    for index in entries.indices
    where entries[index].name.count == name.count && entries[index].name.elementsEqual(name) {
      entries[index].count += count
      return
    }
    entries.append((Array(name), count))
  }

  /// Counts a name.
  mutating func add(_ name: String) {
    var name = name
    name.withUTF8 { add($0) }
  }
}
