internal import Artifacts

/// Whole rows laid into packs of one length, none cut: best fit, longest rows first.
///
///     lengths   5 3 4 2 6 1      capacity 8
///     in order  6 5 4 3 2 1
///     pack 0    6 6 6 6 6 6 2 2      each row goes into the pack with the least room in which it
///     pack 1    5 5 5 5 5 3 3 3      fits, of equals into the oldest; where it fits into none, a
///     pack 2    4 4 4 4 1 · · ·      new pack is begun
///
/// Positions begin again in every row and attention ends at its borders, so training on a pack is
/// training on its rows. The packs are the same in every epoch; epochs shuffle whole packs.
///
/// Source: Ding et al. 2024, "Fewer Truncations Improve Language Modeling" (best-fit decreasing);
/// the packs are as many as those of TRL's `packing_strategy="bfd"`. `ReferencePacking` says the
/// same in its plainest form.
public struct Packing: Sendable, Equatable {
  /// The most tokens in a pack.
  public let capacity: Int
  /// The number of tokens of all rows.
  public let tokenCount: Int
  /// The rows, pack after pack.
  private let order: [Int32]
  /// Where each pack's rows begin in `order`, and the end.
  private let starts: [Int32]

  /// The longest pack that can be asked for.
  static let largestCapacity = 1 << 24

  /// Packs rows of these lengths; an empty row goes along at no cost.
  ///
  /// - Throws: `invalidOption` if a row is longer than a pack, or `capacity` is not from 1 to 2²⁴.
  /// - Complexity: O(rows + capacity): rows are counted by length, and packs by room.
  public init(lengths: [Int32], capacity: Int) throws {
    try Self.check(lengths, capacity)
    self.capacity = capacity
    tokenCount = lengths.reduce(0) { $0 + Int($1) }
    let sorted = Self.longestFirst(lengths, capacity)
    let (packs, count) = Self.place(sorted, lengths, capacity)
    (order, starts) = Self.group(sorted, by: packs, count)
  }

  private static func check(_ lengths: [Int32], _ capacity: Int) throws {
    guard 1...largestCapacity ~= capacity else {
      throw AksharaError(
        .invalidOption, "packs of \(capacity) tokens cannot be made",
        remedy: "give a length from 1 to \(largestCapacity)")
    }
    if let row = lengths.firstIndex(where: { $0 > Int32(capacity) || $0 < 0 }) {
      throw AksharaError(
        .invalidOption,
        "row \(row) of \(lengths[row]) tokens does not fit into packs of \(capacity)",
        remedy: "make shards with `max_length: \(capacity)`, or pack further")
    }
  }

  /// The rows by falling length, of equal length by number: a counting sort.
  private static func longestFirst(_ lengths: [Int32], _ capacity: Int) -> [Int32] {
    var places = [Int](repeating: 0, count: capacity + 2)
    for length in lengths { places[capacity - Int(length) + 1] += 1 }
    for index in 1..<places.count { places[index] += places[index - 1] }
    var sorted = [Int32](repeating: 0, count: lengths.count)
    for (row, length) in lengths.enumerated() {
      let key = capacity - Int(length)
      sorted[places[key]] = Int32(row)
      places[key] += 1
    }
    return sorted
  }

  /// The pack of each row of `sorted`, and how many packs there are.
  private static func place(
    _ sorted: [Int32], _ lengths: [Int32], _ capacity: Int
  ) -> (packs: [Int32], count: Int) {
    var open = OpenPacks(capacity: capacity)
    var packs: [Int32] = []
    packs.reserveCapacity(sorted.count)
    for row in sorted { packs.append(open.take(Int(lengths[Int(row)]))) }
    return (packs, open.count)
  }

  /// Sorts rows by their packs; inside a pack they keep their order.
  private static func group(
    _ sorted: [Int32], by packs: [Int32], _ count: Int
  ) -> (order: [Int32], starts: [Int32]) {
    var starts = [Int32](repeating: 0, count: count + 1)
    for pack in packs { starts[Int(pack) + 1] += 1 }
    for index in 0..<count { starts[index + 1] += starts[index] }
    var next = starts
    var order = [Int32](repeating: 0, count: sorted.count)
    for (row, pack) in zip(sorted, packs) {
      order[Int(next[Int(pack)])] = row
      next[Int(pack)] += 1
    }
    return (order, starts)
  }

  /// How many rows.
  public var rowCount: Int { order.count }

  /// How many packs.
  public var count: Int { starts.count - 1 }

  /// The rows of a pack, longest first.
  public subscript(pack: Int) -> ArraySlice<Int32> {
    order[Int(starts[pack])..<Int(starts[pack + 1])]
  }

  /// The share of all packs' room that no row takes.
  public var waste: Double {
    count == 0 ? 0 : 1 - Double(tokenCount) / (Double(count) * Double(capacity))
  }
}

/// Packs with room left, found by their room.
private struct OpenPacks {
  /// How many packs were begun.
  private(set) var count = 0
  private let capacity: Int
  /// The oldest and the newest pack with so much room; −1 for none. Each list is first in, first out.
  private var oldest: [Int32]
  private var newest: [Int32]
  /// The pack behind each in its list.
  private var following: [Int32] = []
  private var rooms: BitLevels

  init(capacity: Int) {
    self.capacity = capacity
    oldest = [Int32](repeating: -1, count: capacity + 1)
    newest = oldest
    rooms = BitLevels(count: capacity + 1)
  }

  /// Puts a row into the pack that it fits best, and gives that pack's number.
  mutating func take(_ length: Int) -> Int32 {
    guard let room = rooms.first(from: length) else {
      let pack = Int32(count)
      count += 1
      following.append(-1)
      keep(pack, room: capacity - length)
      return pack
    }
    let pack = oldest[room]
    oldest[room] = following[Int(pack)]
    if oldest[room] < 0 { rooms.remove(room) }
    keep(pack, room: room - length)
    return pack
  }

  private mutating func keep(_ pack: Int32, room: Int) {
    following[Int(pack)] = -1
    if oldest[room] < 0 {
      oldest[room] = pack
      rooms.insert(room)
    } else {
      following[Int(newest[room])] = pack
    }
    newest[room] = pack
  }
}

/// A set of small numbers in which the next one is found quickly: a bit a number, and above it a bit
/// for each word that is not empty, level upon level.
private struct BitLevels {
  private var levels: [[UInt64]] = []

  init(count: Int) {
    var count = count
    repeat {
      count = (count + 63) / 64
      levels.append([UInt64](repeating: 0, count: count))
    } while count > 1
  }

  mutating func insert(_ number: Int) {
    var number = number
    for level in levels.indices {
      levels[level][number >> 6] |= 1 << UInt64(number & 63)
      number >>= 6
    }
  }

  mutating func remove(_ number: Int) {
    var number = number
    for level in levels.indices {
      levels[level][number >> 6] &= ~(1 << UInt64(number & 63))
      if levels[level][number >> 6] != 0 { return }
      number >>= 6
    }
  }

  /// The least number that is not below `start`.
  func first(from start: Int) -> Int? {
    var (level, number) = (0, start)
    while level < levels.count, number >> 6 < levels[level].count {
      let word = levels[level][number >> 6] & (~0 << UInt64(number & 63))
      if word != 0 { return descend(from: level, to: number & ~63 | word.trailingZeroBitCount) }
      number = (number >> 6) + 1
      level += 1
    }
    return nil
  }

  private func descend(from level: Int, to number: Int) -> Int {
    var number = number
    for lower in stride(from: level - 1, through: 0, by: -1) {
      number = number << 6 | levels[lower][number].trailingZeroBitCount
    }
    return number
  }
}
