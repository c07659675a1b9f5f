/// Cuts UTF-8 text into aksharas, the written syllables of Kannada and Telugu.
///
/// ```
/// ಕನ್ನಡ  →  ಕ|ನ್ನ|ಡ        ಶ್ರೀಕೃಷ್ಣ  →  ಶ್ರೀ|ಕೃ|ಷ್ಣ        తెలుగు  →  తె|లు|గు
/// ```
///
/// An akshara is a consonant or vowel letter with all that is written around it: conjunct
/// consonants below and beside it, nukta, vowel sign, anusvara, candrabindu, visarga, a final
/// virama, and the joiners that shape it. Every character outside the conjunct scripts (Kannada,
/// Telugu, Devanagari, Bengali, Gujarati, Oriya, Malayalam) is cut into the extended grapheme
/// clusters of UAX #29; bytes that are not UTF-8 stand alone, each for itself. Nothing is left out:
/// the pieces join to the text. `docs/ORTHOGRAPHY.md` has the rules and the hard cases.
///
/// Source: The Unicode Standard 15.0, §12.7 (Telugu) and §12.8 (Kannada); UAX #29 rules GB3–GB13;
/// Indic_Syllabic_Category; the tables are ICU's (`ICUVersion.unicode`). `AksharaGrammar` is the
/// slow twin.
public struct AksharaSegmenter: Sendable {
  private let classes = AksharaClassTable.shared
  private let automaton = AksharaAutomaton.shared

  /// The most bytes that one call looks at, so that an end always fits in 32 bits.
  private static let window = Int(Int32.max)

  /// A segmenter; making one costs nothing after the first.
  public init() {}

  /// Writes where the aksharas of `bytes` end, until the text or the room is used up.
  ///
  /// Every end is a place at which the text can be cut without changing the other cuts, so a text
  /// longer than the room is done in steps: the next call begins where the last akshara ended.
  ///
  /// - Parameters:
  ///   - bytes: the text; it need not be valid UTF-8.
  ///   - start: where to begin, an earlier end or 0.
  ///   - ends: room for the ends; `bytes.count - start` always suffices.
  /// - Returns: how many ends were written. They ascend and count bytes from `start`; the last one
  ///   is `bytes.count - start` where the room sufficed. 0 where no byte or no room is left. A call
  ///   looks at 2 GiB at most; a longer text takes more calls, a longer akshara is cut.
  /// - Complexity: one pass; about 1 GB/s for Kannada on one core.
  public func writeEnds(
    of bytes: UnsafeBufferPointer<UInt8>, from start: Int = 0,
    to ends: UnsafeMutableBufferPointer<UInt32>
  ) -> Int {
    guard start < bytes.count, let text = bytes.baseAddress, let room = ends.baseAddress else {
      return 0
    }
    let length = Self.windowLength(bytes[start...])
    let found = scan(text + start, length, room, ends.count)
    // A window that cuts the text says nothing about the akshara at its end.
    let isCutShort = length < bytes.count - start && found > 1 && Int(room[found - 1]) == length
    return isCutShort ? found - 1 : found
  }

  /// How many bytes one call looks at: all, or a window that cuts no character.
  private static func windowLength(_ rest: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
    guard rest.count > window else { return rest.count }
    let isTrail = { (offset: Int) in rest[rest.startIndex + offset] & 0xC0 == 0x80 }
    return (0..<4).lazy.map { window - $0 }.first { !isTrail($0) } ?? window
  }

  /// The pieces of a text, as slices of it.
  public func aksharas(of text: String) -> [Substring] {
    var text = text
    let ends = text.withUTF8 { self.ends(of: $0) }
    var start = text.startIndex
    return ends.map { end in
      let limit = text.utf8.index(text.startIndex, offsetBy: end)
      defer { start = limit }
      return text[start..<limit]
    }
  }

  /// The byte ranges of the pieces of a text that need not be valid UTF-8.
  public func ranges(in bytes: [UInt8]) -> [Range<Int>] {
    var start = 0
    return bytes.withUnsafeBufferPointer { ends(of: $0) }.map { end in
      defer { start = end }
      return start..<end
    }
  }

  /// The number of pieces.
  public func count(in bytes: [UInt8]) -> Int {
    bytes.withUnsafeBufferPointer { text in
      var count = 0
      forEachBlock(of: text) { _, ends in count += ends.count }
      return count
    }
  }

  private func ends(of text: UnsafeBufferPointer<UInt8>) -> [Int] {
    var all: [Int] = []
    forEachBlock(of: text) { start, ends in all.append(contentsOf: ends.map { start + Int($0) }) }
    return all
  }

  /// Calls `body` with where a block of ends counts from, and the ends.
  private func forEachBlock(
    of text: UnsafeBufferPointer<UInt8>,
    _ body: (Int, Slice<UnsafeMutableBufferPointer<UInt32>>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: min(text.count, 4096)) { room in
      var start = 0
      while case let found = writeEnds(of: text, from: start, to: room), found > 0 {
        body(start, room.prefix(found))
        start += Int(room[found - 1])
      }
    }
  }

  /// The one loop over bytes. It stops where the text is done or `room` is full.
  private func scan(
    _ text: UnsafePointer<UInt8>, _ length: Int, _ ends: UnsafeMutablePointer<UInt32>, _ room: Int
  ) -> Int {
    let classes = self.classes.symbols
    let automaton = self.automaton.entries
    let control = AksharaClass.control.rawValue
    var position = 0
    var found = 0
    var state = AksharaAutomaton.start
    while position < length, found < room {
      let character = WellFormedCharacter(text, at: position, length: length)
      let symbol = character.isValid ? classes[Int(character.codePoint)] : control
      let entry = automaton[Int(state) << 8 | Int(symbol)]
      // Whether a cluster ends here is as good as random: it is added, not branched on.
      ends[found] = UInt32(truncatingIfNeeded: position)
      found += Int(entry >> 7)
      state = entry & ~AksharaAutomaton.isBreak
      position += character.length
      // In ASCII text every character is a piece.
      while state == AksharaAutomaton.other, position < length, found < room,
        text[position] &- 0x20 < 0x5F
      {
        ends[found] = UInt32(truncatingIfNeeded: position)
        found += 1
        position += 1
      }
    }
    if found == room { return found }
    ends[found] = UInt32(truncatingIfNeeded: length)
    return found + 1
  }
}
