internal import CTextKernels

/// A set of byte strings, numbered from 0 in the order in which they came.
///
/// All bytes lie in one array, and the hash table holds numbers only: a million words cost their
/// bytes and 16 bytes each. Strings are equal when their bytes are; Unicode has no say.
struct ByteStringTable: Sendable {
  private var bytes: [UInt8] = []
  /// `starts[i]..<starts[i + 1]` are the bytes of string `i`.
  private var starts: [Int] = [0]
  /// The number of a string, or −1; open addressing, at most half full, a power of two long.
  private var slots: [Int32]

  /// The number of strings.
  var count: Int { starts.count - 1 }

  /// The bytes of all strings together.
  var byteCount: Int { bytes.count }

  /// A table with room for `capacity` strings before it grows.
  init(capacity: Int = 0) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
  }

  /// The strings of `bytes`, which follow one another; `nil` if one is empty or there twice, or if they
  /// do not fill `bytes`.
  ///
  /// As adding one after the other, but nothing grows, and memory is asked for ahead.
  init?(lengths: [UInt32], bytes: UnsafeRawBufferPointer) {
    self.init(capacity: lengths.count)
    var end = 0
    starts.reserveCapacity(lengths.count + 1)
    for length in lengths {
      guard length > 0, Int(length) <= bytes.count - end else { return nil }
      end += Int(length)
      starts.append(end)
    }
    guard end == bytes.count else { return nil }
    self.bytes = Array(bytes)
    guard Self.fill(&slots, with: bytes.bindMemory(to: UInt8.self), starts) else { return nil }
  }

  /// Puts the number of every string into the slots, which have none; false if two are equal.
  private static func fill(
    _ slots: inout [Int32], with bytes: UnsafeBufferPointer<UInt8>, _ starts: [Int]
  ) -> Bool {
    let count = starts.count - 1
    func string(_ index: Int) -> UnsafeBufferPointer<UInt8> {
      UnsafeBufferPointer(rebasing: bytes[starts[index]..<starts[index + 1]])
    }
    return slots.withUnsafeMutableBufferPointer { slots in
      guard let base = slots.baseAddress else { return false }
      let mask = slots.count - 1
      var ahead = [Int](repeating: 0, count: lookahead)
      for index in 0..<count + lookahead {
        let place = index % lookahead
        if index >= lookahead {
          let added = index - lookahead
          var slot = ahead[place]
          while slots[slot] >= 0 {
            if string(Int(slots[slot])).elementsEqual(string(added)) { return false }
            slot = (slot + 1) & mask
          }
          slots[slot] = Int32(added)
        }
        guard index < count else { continue }
        ahead[place] = Int(truncatingIfNeeded: hash(string(index))) & mask
        ctext_prefetch(base + ahead[place])
      }
      return true
    }
  }

  /// How many strings ahead memory is asked for while a table is filled: to put one in takes some
  /// 20 ns, memory some 100.
  private static let lookahead = 12

  /// The bytes of string `index`.
  subscript(index: Int) -> ArraySlice<UInt8> { bytes[starts[index]..<starts[index + 1]] }

  /// All strings, for as long as a body runs: reading them takes no count of references.
  struct Strings {
    fileprivate let bytes: UnsafeBufferPointer<UInt8>
    fileprivate let starts: UnsafeBufferPointer<Int>

    /// The bytes of string `index`.
    @inline(__always)
    subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
      UnsafeBufferPointer(rebasing: bytes[starts[index]..<starts[index + 1]])
    }
  }

  /// Calls `body` with all strings.
  func withStrings<R>(_ body: (Strings) -> R) -> R {
    bytes.withUnsafeBufferPointer { bytes in
      starts.withUnsafeBufferPointer { body(Strings(bytes: bytes, starts: $0)) }
    }
  }

  /// The number of `string`, if it is there.
  func index(of string: UnsafeBufferPointer<UInt8>) -> Int? {
    let found = slots[slot(of: string)]
    return found >= 0 ? Int(found) : nil
  }

  /// The number of `string`, which is added if it is new.
  mutating func insert(_ string: UnsafeBufferPointer<UInt8>) -> (index: Int, isNew: Bool) {
    let slot = slot(of: string)
    if slots[slot] >= 0 { return (Int(slots[slot]), false) }
    let index = count
    slots[slot] = Int32(index)
    bytes.append(contentsOf: string)
    starts.append(bytes.count)
    if count * 2 > slots.count { grow() }
    return (index, true)
  }

  /// The slot that holds `string`, or the empty one where it belongs.
  private func slot(of string: UnsafeBufferPointer<UInt8>) -> Int {
    var slot = Int(truncatingIfNeeded: Self.hash(string)) & (slots.count - 1)
    while slots[slot] >= 0, !isEqual(Int(slots[slot]), string) {
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }

  private func isEqual(_ index: Int, _ string: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = starts[index]
    guard starts[index + 1] - start == string.count else { return false }
    for offset in 0..<string.count where bytes[start + offset] != string[offset] { return false }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    bytes.withUnsafeBufferPointer { all in
      for index in 0..<count {
        let string = UnsafeBufferPointer(rebasing: all[starts[index]..<starts[index + 1]])
        slots[slot(of: string)] = Int32(index)
      }
    }
  }

  /// Eight bytes at a time, mixed by multiplication and folding (as in wyhash); the same on every
  /// machine and in every run.
  private static func hash(_ string: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = UInt64(string.count)
    var position = 0
    let raw = UnsafeRawBufferPointer(string)
    while position + 8 <= raw.count {
      hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      position += 8
    }
    var rest: UInt64 = 0
    for offset in position..<raw.count { rest = rest << 8 | UInt64(raw[offset]) }
    return mix(hash ^ rest)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }
}
