/// What a SentencePiece model does to text before it merges.
///
/// ```
/// "Hi  you"   dummy prefix            ▁Hi▁▁you
///             without extra spaces    ▁Hi▁you
/// ```
///
/// Source: SentencePiece 0.2, `normalizer.cc`, `Normalizer::Normalize`.
struct SentencePieceNormalizer: Sendable, Equatable {
  /// Whether a space goes before every text.
  var addsDummyPrefix = true
  /// Whether spaces at the ends, and all but one between words, are taken out.
  var removesExtraSpaces = true
  /// Replacements of characters, such as those of NFKC.
  var table: CharacterTable?
  /// Finds the user-defined pieces, which the table leaves alone.
  var userDefined = AddedTokenMatcher([AddedToken]())

  private static let space = UInt8(ascii: " ")

  /// The normalized text. A byte that is no UTF-8 becomes U+FFFD.
  ///
  /// As in SentencePiece, of the bytes that a character becomes, or of a user-defined piece, the last
  /// one covers it, and a deleted space belongs to what stands before it.
  func normalize(_ text: AlignedText) -> AlignedText {
    text.withBytes { bytes in
      var position = removesExtraSpaces ? afterLeadingSpaces(bytes) : 0
      guard position < bytes.count else { return AlignedText(start: text.start) }
      var result = AlignedText(start: text.start, capacity: text.count * 5 / 4)
      if addsDummyPrefix { result.append(SpaceMark.bytes, end: text.inputOffset(of: position)) }
      var isAfterSpace = removesExtraSpaces
      while position < bytes.count {
        let (end, replacement) = prefix(of: bytes, at: position)
        append(
          replacement, source: text, position..<end, to: &result, isAfterSpace: &isAfterSpace)
        position = end
      }
      if removesExtraSpaces { removeFinalMarks(&result) }
      return result
    }
  }

  private func afterLeadingSpaces(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var position = 0
    while position < bytes.count {
      let (end, replacement) = prefix(of: bytes, at: position)
      let isSpace =
        replacement.map { $0.elementsEqual([Self.space]) }
        ?? (bytes[position] == Self.space && end == position + 1)
      guard isSpace else { break }
      position = end
    }
    return position
  }

  /// The shortest piece at `position` that is normalized by itself; `nil` for one that stays.
  private func prefix(
    of bytes: UnsafeBufferPointer<UInt8>, at position: Int
  ) -> (end: Int, replacement: ArraySlice<UInt8>?) {
    if let end = userDefined.endOfLongest(in: bytes, at: position) { return (end, nil) }
    if let (end, replacement) = table?.longestMatch(in: bytes, at: position) {
      return (end, replacement)
    }
    let character = UTF8Character(bytes, at: position)
    let isBroken = character.isBroken(in: bytes, at: position)
    return (position + character.length, isBroken ? [0xEF, 0xBF, 0xBD] : nil)
  }

  /// Appends a piece: spaces as marks, without those that follow a space.
  private func append(
    _ replacement: ArraySlice<UInt8>?, source: AlignedText, _ range: Range<Int>,
    to result: inout AlignedText, isAfterSpace: inout Bool
  ) {
    defer { if !removesExtraSpaces { isAfterSpace = false } }
    var piece = replacement ?? source.bytes[range]
    if isAfterSpace { piece = piece.drop { $0 == Self.space } }
    let end = source.ends[range.upperBound - 1]
    guard !piece.isEmpty else { return result.extendLast(to: end) }
    isAfterSpace = piece.last == Self.space
    let isWhole = replacement == nil && !piece.contains(Self.space)
    if isWhole, source.withBytes({ UTF8Character($0, at: range.lowerBound).length }) == range.count
    {
      result.append(source, range)
    } else {
      let marked = piece.flatMap { $0 == Self.space ? SpaceMark.bytes : [$0] }
      result.append(marked, from: source.inputOffset(of: range.lowerBound), to: end)
    }
  }

  private func removeFinalMarks(_ text: inout AlignedText) {
    while text.bytes.suffix(SpaceMark.bytes.count).elementsEqual(SpaceMark.bytes) {
      text.removeLast(SpaceMark.bytes.count)
    }
  }

  /// Normalizers of `tokenizers` that do the same; `nil` where none do: its `Precompiled` reads the
  /// table grapheme by grapheme, SentencePiece by the longest match.
  var equivalent: TextNormalizer? {
    guard table == nil else { return nil }
    var parts: [TextNormalizer] = []
    if removesExtraSpaces {
      parts.append(.replace(.regex(PatternExpression(written: #"\A +|[ ▁]+\z"#)), with: ""))
      parts.append(.replace(.regex(PatternExpression(written: " {2,}")), with: " "))
    }
    if addsDummyPrefix { parts.append(.prepend(SpaceMark.text)) }
    parts.append(.replace(.literal(" "), with: SpaceMark.text))
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }
}
