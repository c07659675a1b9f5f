internal import Foundation

/// Counts byte strings: a hash table whose slots hold short words and their counts themselves.
///
/// A slot is 24 bytes. A word of up to 15 bytes is its own key: its bytes, then zeros, then its
/// length in byte 15. A longer one has its hash and the place of its bytes in `longWords`, with the
/// top bit of byte 15 set. So most words are found by one comparison of 16 bytes in one cache line.
/// Open addressing with linear probing, at most half full, a power of two long; the same on every
/// machine and in every run.
struct WordCounts: ~Copyable, Sendable {
  private struct Slot: BitwiseCopyable {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var count = 0
  }

  private var slots = FlatArray<Slot>(repeating: Slot(), count: 1 << 12)
  private var longWords = FlatArray<UInt8>(capacity: 1 << 12)
  /// The number of different words.
  private(set) var count = 0
  /// The bytes of all different words together.
  private(set) var byteCount = 0

  private static let longMark: UInt64 = 1 << 63
  private static let longestShort = 15
  /// A long word's key: 33 bits for its place, then 30 for its length, then the mark.
  private static let placeBits: UInt64 = 33

  /// Counts the words of a text, each line of which is a document of its own.
  mutating func addLines(_ text: UnsafeBufferPointer<UInt8>, _ cutting: WordCutting) {
    var rest = text
    while !rest.isEmpty {
      let end = Self.endOfLine(rest)
      add(UnsafeBufferPointer(rebasing: rest[..<end]), cutting, readable: rest.count)
      rest = UnsafeBufferPointer(rebasing: rest[end...])
    }
  }

  private static func endOfLine(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    guard let base = text.baseAddress,
      let found = memchr(base, Int32(UInt8(ascii: "\n")), text.count)
    else { return text.count }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
  }

  /// Counts the words of one document.
  ///
  /// - Parameter readable: how many bytes may be read from the document's first on.
  mutating func add(
    _ document: UnsafeBufferPointer<UInt8>, _ cutting: WordCutting, readable: Int
  ) {
    switch cutting {
    case .pretokens(let pretokenizer): addPretokens(of: document, pretokenizer, readable)
    case .spaces: addSpacedWords(of: document, readable)
    }
  }

  private mutating func addSpacedWords(of document: UnsafeBufferPointer<UInt8>, _ readable: Int) {
    guard let base = UnsafeRawPointer(document.baseAddress) else { return }
    var start = 0
    var position = 0
    while position <= document.count {
      let separator = Self.separator(at: position, in: document)
      if separator == 0, position < document.count {
        position += 1
        continue
      }
      if start < position {
        add(base + start, length: position - start, readable: readable - start)
      }
      position += max(separator, 1)
      start = position
    }
  }

  /// The bytes of the space, `▁` or line feed at `position`; 0 if there is none.
  @inline(__always)
  private static func separator(at position: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
    guard position < text.count else { return 0 }
    switch text[position] {
    case UInt8(ascii: " "), UInt8(ascii: "\n"): return 1
    case 0xE2: return SpaceMark.stands(at: position, in: text) ? SpaceMark.bytes.count : 0
    default: return 0
    }
  }

  private mutating func addPretokens(
    of document: UnsafeBufferPointer<UInt8>, _ pretokenizer: Pretokenizer, _ readable: Int
  ) {
    guard let base = UnsafeRawPointer(document.baseAddress) else { return }
    var scanner = PretokenScanner(document, pretokenizer)
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.window) { ends in
      var start = 0
      while case let count = scanner.next(ends), count > 0 {
        for end in ends[..<count] {
          let stop = Int(end & ~PretokenScanner.removed)
          if end & PretokenScanner.removed == 0 {
            add(base + start, length: stop - start, readable: readable - start)
          }
          start = stop
        }
      }
    }
  }

  /// How many ends of pretokens are asked for at once.
  private static let window = 256

  /// Counts `word`, which is not empty, as standing `times` more often.
  ///
  /// - Parameter readable: how many bytes may be read from the word's first on; if there are 16,
  ///   a short word is fetched at once.
  @inline(__always)
  mutating func add(_ word: UnsafeRawPointer, length: Int, readable: Int, times: Int = 1) {
    if length <= Self.longestShort {
      addShort(Self.shortKey(word, length: length, readable: readable), length: length, times)
    } else {
      addLong(UnsafeRawBufferPointer(start: word, count: length), times)
    }
  }

  private typealias Key = (low: UInt64, high: UInt64)

  @inline(__always)
  private static func shortKey(_ word: UnsafeRawPointer, length: Int, readable: Int) -> Key {
    var key: Key
    if readable >= 16 {
      key.low = word.loadUnaligned(as: UInt64.self)
      key.high = word.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    } else {
      key = (0, 0)
      for index in 0..<length {
        let byte = UInt64(word.load(fromByteOffset: index, as: UInt8.self))
        if index < 8 {
          key.low |= byte << (8 * index)
        } else {
          key.high |= byte << (8 * index - 64)
        }
      }
    }
    if length < 8 {
      key.low &= 1 << (8 * UInt64(length)) - 1
      key.high = 0
    } else {
      key.high &= 1 << (8 * UInt64(length - 8)) - 1
    }
    key.high |= UInt64(length) << 56
    return key
  }

  @inline(__always)
  private mutating func addShort(_ key: Key, length: Int, _ times: Int) {
    var slot = Self.hash(key) & (slots.count - 1)
    while slots[slot].high != 0 {
      if slots[slot].low == key.low, slots[slot].high == key.high {
        slots[slot].count += times
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    occupy(slot, Slot(low: key.low, high: key.high, count: times), length)
  }

  private mutating func addLong(_ word: UnsafeRawBufferPointer, _ times: Int) {
    let hash = Self.hash(word)
    let lengthAndMark = Self.longMark | UInt64(word.count) << Self.placeBits
    var slot = Self.hash((hash, 0)) & (slots.count - 1)
    while slots[slot].high != 0 {
      if slots[slot].low == hash, slots[slot].high & ~Self.placeMask == lengthAndMark,
        longWords.equals(word, at: Int(slots[slot].high & Self.placeMask))
      {
        slots[slot].count += times
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    let high = lengthAndMark | UInt64(longWords.count)
    longWords.append(contentsOf: word)
    occupy(slot, Slot(low: hash, high: high, count: times), word.count)
  }

  private static let placeMask: UInt64 = 1 << placeBits - 1

  private mutating func occupy(_ slot: Int, _ content: Slot, _ length: Int) {
    slots[slot] = content
    count += 1
    byteCount += length
    if count * 2 > slots.count { grow() }
  }

  private mutating func grow() {
    var old = FlatArray<Slot>(repeating: Slot(), count: slots.count * 2)
    swap(&old, &slots)
    for index in 0..<old.count where old[index].high != 0 {
      let isLong = old[index].high & Self.longMark != 0
      var slot = Self.hash((old[index].low, isLong ? 0 : old[index].high)) & (slots.count - 1)
      while slots[slot].high != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = old[index]
    }
  }

  /// Multiplication to 128 bits, folded, as in wyhash.
  @inline(__always)
  private static func hash(_ key: Key) -> Int {
    let product = (key.low ^ 0xA076_1D64_78BD_642F)
      .multipliedFullWidth(by: key.high ^ 0xE703_7ED1_A0B4_28DB)
    return Int(truncatingIfNeeded: product.high ^ product.low)
  }

  private static func hash(_ word: UnsafeRawBufferPointer) -> UInt64 {
    var hash = UInt64(word.count)
    var position = 0
    while position + 16 < word.count {
      hash = mix(hash, word, position)
      position += 16
    }
    return mix(hash, word, word.count - 16)
  }

  private static func mix(_ hash: UInt64, _ word: UnsafeRawBufferPointer, _ position: Int) -> UInt64
  {
    let low = word.loadUnaligned(fromByteOffset: position, as: UInt64.self)
    let high = word.loadUnaligned(fromByteOffset: position + 8, as: UInt64.self)
    let product = (low ^ hash ^ 0xA076_1D64_78BD_642F)
      .multipliedFullWidth(by: high ^ 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }

  /// Sets each word's count to its place in the order of `forEach`: 0, 1, …
  mutating func number() {
    var number = 0
    for index in 0..<slots.count where slots[index].high != 0 {
      slots[index].count = number
      number += 1
    }
  }

  /// The count of a word, which is not empty; `nil` if it is not there.
  func value(of word: UnsafeRawBufferPointer) -> Int? {
    guard let base = word.baseAddress else { return nil }
    if word.count <= Self.longestShort {
      let key = Self.shortKey(base, length: word.count, readable: word.count)
      return value(from: Self.hash(key)) { $0.low == key.low && $0.high == key.high }
    }
    let hash = Self.hash(word)
    let lengthAndMark = Self.longMark | UInt64(word.count) << Self.placeBits
    return value(from: Self.hash((hash, 0))) { slot in
      slot.low == hash && slot.high & ~Self.placeMask == lengthAndMark
        && longWords.equals(word, at: Int(slot.high & Self.placeMask))
    }
  }

  @inline(__always)
  private func value(from hash: Int, where isIt: (Slot) -> Bool) -> Int? {
    var slot = hash & (slots.count - 1)
    while slots[slot].high != 0 {
      if isIt(slots[slot]) { return slots[slot].count }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Calls `body` with each word and its count, in no particular order.
  func forEach(_ body: (_ word: UnsafeRawBufferPointer, _ count: Int) -> Void) {
    for index in 0..<slots.count where slots[index].high != 0 {
      var slot = slots[index]
      if slot.high & Self.longMark != 0 {
        let length = Int((slot.high & ~Self.longMark) >> Self.placeBits)
        longWords.withBytes(Int(slot.high & Self.placeMask), length) { body($0, slot.count) }
      } else {
        let length = Int(slot.high >> 56)
        withUnsafeBytes(of: &slot) {
          body(
            UnsafeRawBufferPointer(rebasing: $0[..<length]),
            $0.load(fromByteOffset: 16, as: Int.self))
        }
      }
    }
  }

  /// Adds the counts of another table.
  mutating func merge(_ other: borrowing WordCounts) {
    other.forEach { word, count in
      if let base = word.baseAddress {
        add(base, length: word.count, readable: word.count, times: count)
      }
    }
  }
}
