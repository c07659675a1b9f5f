internal import Conversations

/// Spans that are being collected: what they are, and where.
struct SpanColumns: Sendable {
  private var fields = SpanFields()
  private var byteStarts: [Int32] = []
  private var byteEnds: [Int32] = []
  private var tokenStarts: [Int32] = []
  private var tokenEnds: [Int32] = []

  /// The number of spans.
  var count: Int { fields.count }

  /// Takes a span in.
  mutating func append(_ span: SampleSpan) {
    fields.append(span)
    byteStarts.append(Int32(span.bytes.lowerBound))
    byteEnds.append(Int32(span.bytes.upperBound))
    tokenStarts.append(Int32(span.tokens.lowerBound))
    tokenEnds.append(Int32(span.tokens.upperBound))
  }

  /// Takes in the spans of rows that lie in an encoder's memory. Those of a row follow one another from 0
  /// on.
  mutating func append(_ rows: PlainRows, _ range: Range<Int>) {
    let spans = rows.spanRange(range)
    var rest = range
    while !rest.isEmpty {
      let alike = rows.rowsOfOnePlan(rest)
      fields.append(rows.rows[alike.lowerBound].plan.spanFields, times: alike.count)
      rest = alike.upperBound..<rest.upperBound
    }
    byteEnds.append(contentsOf: rows.byteEnds[spans])
    tokenEnds.append(contentsOf: rows.tokenEnds[spans])
    var span = spans.lowerBound
    for row in rows.rows[range] {
      var (byte, token): (Int32, Int32) = (0, 0)
      while span < row.spanEnd {
        byteStarts.append(byte)
        tokenStarts.append(token)
        (byte, token) = (rows.byteEnds[span], rows.tokenEnds[span])
        span += 1
      }
    }
  }

  /// Takes the spans of `other` in behind its own.
  mutating func append(_ other: SpanColumns) {
    fields.append(other.fields)
    byteStarts += other.byteStarts
    byteEnds += other.byteEnds
    tokenStarts += other.tokenStarts
    tokenEnds += other.tokenEnds
  }

  /// As they are written.
  var column: ArrowColumn {
    .structure(
      count: count,
      [
        .int32(fields.messages), fields.roles.column(SpanFields.roleNames),
        fields.kinds.column(SpanFields.kindNames),
        .int32(byteStarts), .int32(byteEnds), .int32(tokenStarts), .int32(tokenEnds),
        .bool(fields.supervised), .float32(fields.weights),
      ])
  }
}

/// What spans are, without their places: the same in all rows that are made after one plan.
struct SpanFields: Sendable {
  fileprivate private(set) var messages: [Int32] = []
  fileprivate private(set) var roles = NameColumn()
  fileprivate private(set) var kinds = NameColumn()
  fileprivate private(set) var supervised: [Bool] = []
  fileprivate private(set) var weights: [Float] = []

  /// Names by number; number 0 of the roles is none.
  fileprivate static let roleNames = [[]] + Role.allCases.map { Array($0.rawValue.utf8) }
  fileprivate static let kindNames = SegmentKind.allCases.map { Array($0.rawValue.utf8) }

  /// The number of spans.
  var count: Int { messages.count }

  /// Takes a span in.
  mutating func append(_ span: SampleSpan) {
    messages.append(Int32(span.message ?? -1))
    roles.append(span.role.map { $0.number + 1 } ?? 0)
    kinds.append(span.kind.number)
    supervised.append(span.supervised)
    weights.append(span.weight)
  }

  /// Takes the spans of `other` in behind its own.
  mutating func append(_ other: SpanFields) {
    messages += other.messages
    roles.append(other.roles)
    kinds.append(other.kinds)
    supervised += other.supervised
    weights += other.weights
  }

  /// Takes the spans of `other` in, again and again.
  mutating func append(_ other: SpanFields, times: Int) {
    roles.append(other.roles, times: times)
    kinds.append(other.kinds, times: times)
    messages.append(other.messages, times: times)
    supervised.append(other.supervised, times: times)
    weights.append(other.weights, times: times)
  }
}

/// Strings of a small set that are being collected: each as its number.
private struct NameColumn: Sendable {
  private var numbers: [UInt8] = []

  mutating func append(_ number: Int) { numbers.append(UInt8(truncatingIfNeeded: number)) }

  mutating func append(_ other: NameColumn) { numbers += other.numbers }

  mutating func append(_ other: NameColumn, times: Int) {
    numbers.append(other.numbers, times: times)
  }

  /// The strings, where number `i` means `names[i]`.
  func column(_ names: [[UInt8]]) -> ArrowColumn {
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(numbers.count + 1)
    var end: Int32 = 0
    let lengths = names.map { Int32($0.count) }
    for number in numbers {
      end += lengths[Int(number)]
      offsets.append(end)
    }
    return .utf8(offsets: offsets, bytes: bytes(of: names, count: Int(end)))
  }

  /// The strings one after another. Each is written with what stands behind it in a slot of eight
  /// or sixteen bytes, which the next one overwrites.
  private func bytes(of names: [[UInt8]], count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count + MemoryLayout<Slot>.size) { bytes, filled in
      let slots = names.map(Slot.init)
      let start = UnsafeMutableRawPointer(bytes.baseAddress)
      for number in numbers {
        let slot = slots[Int(number)]
        start?.storeBytes(of: slot.words, toByteOffset: filled, as: SIMD2<UInt64>.self)
        filled += slot.count
      }
    }
  }

  /// A name of at most sixteen bytes.
  private struct Slot {
    var words = SIMD2<UInt64>()
    let count: Int

    init(_ name: [UInt8]) {
      count = name.count
      withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: name.prefix($0.count)) }
    }
  }
}

extension Array {
  fileprivate mutating func append(_ other: [Element], times: Int) {
    reserveCapacity(Swift.max(capacity, count + other.count * times))
    other.withUnsafeBufferPointer { for _ in 0..<times { append(contentsOf: $0) } }
  }
}

extension Role {
  /// Its place among all roles.
  var number: Int {
    switch self {
    case .system: 0
    case .user: 1
    case .assistant: 2
    case .tool: 3
    }
  }
}

extension SegmentKind {
  /// Its place among all kinds.
  fileprivate var number: Int {
    switch self {
    case .begin: 0
    case .header: 1
    case .content: 2
    case .thinking: 3
    case .toolCall: 4
    case .endOfTurn: 5
    case .separator: 6
    }
  }
}
