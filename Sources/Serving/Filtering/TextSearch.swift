internal import Orthography

/// Finds a piece of text in bytes.
///
/// Letters A–Z match in both cases unless a capital is asked for. What is asked for is put into form
/// C; a text that is not in form C is searched as it stands and then in form C, so that the two
/// spellings of ಕೇ and the like both are found.
///
/// Source: R. N. Horspool, Practical fast searching in strings, Software: Practice and Experience
/// 10 (1980); UAX #15.
struct TextSearch: Sendable, Hashable {
  private let pattern: [UInt8]
  private let isFolded: Bool
  private let isASCII: Bool
  /// How far the window moves, by the byte at its end.
  private let shifts: [Int]

  /// A search; `text` is not empty.
  init(_ text: String) {
    var text = text
    let given = text.withUTF8 { bytes in
      NormalizationForm.nfc.normalized(bytes) ?? Array(bytes)
    }
    let isFolded = !given.contains { (0x41...0x5A).contains($0) }
    pattern = given
    self.isFolded = isFolded
    isASCII = given.allSatisfy { $0 < 0x80 }
    var shifts = [Int](repeating: given.count, count: 256)
    for (index, byte) in given.dropLast().enumerated() {
      shifts[Int(byte)] = given.count - 1 - index
      if isFolded, (0x61...0x7A).contains(byte) {
        shifts[Int(byte) - 0x20] = given.count - 1 - index
      }
    }
    self.shifts = shifts
  }

  /// Whether the piece stands in a text.
  func isFound(in text: UnsafeRawBufferPointer) -> Bool {
    if isHere(text) { return true }
    guard !isASCII else { return false }
    // Almost every text is in form C already, and asking is fast.
    guard let composed = NormalizationForm.nfc.normalized(text.assumingMemoryBound(to: UInt8.self))
    else { return false }
    return composed.withUnsafeBytes { isHere($0) }
  }

  private func isHere(_ text: UnsafeRawBufferPointer) -> Bool {
    pattern.withUnsafeBufferPointer { pattern in
      shifts.withUnsafeBufferPointer { shifts in
        let last = pattern.count - 1
        var end = last
        while end < text.count {
          let byte = text[end]
          if fold(byte) == pattern[last] {
            var index = 0
            while index < last, fold(text[end - last + index]) == pattern[index] { index += 1 }
            if index == last { return true }
          }
          end += shifts[Int(byte)]
        }
        return false
      }
    }
  }

  private func fold(_ byte: UInt8) -> UInt8 {
    isFolded && byte &- 0x41 < 26 ? byte + 0x20 : byte
  }
}
