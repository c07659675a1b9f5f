/// Encodes what stands between the added tokens of an input: normalizes it, cuts out the added
/// tokens that are looked for only then, and cuts the rest into pretokens.
struct SegmentEncoder: Sendable {
  /// The one pretokenizer that cuts the input where it lies, if nothing else is to be done.
  let direct: Pretokenizer?
  /// Whether a match may begin before the one before it ends.
  let matchesOverlap: Bool
  private let normalizer: TextNormalizer?
  private let pretokenization: Pretokenization
  /// The added tokens that are looked for in normalized text, by their normalized texts.
  private let matcher: AddedTokenMatcher

  init(_ definition: BPEDefinition) {
    let normalizer = definition.normalizer
    self.normalizer = normalizer
    pretokenization = definition.pretokenization
    let isDirect = definition.characters == nil && normalizer == nil
    direct = isDirect ? pretokenization.pretokenizer : nil
    let tokens = definition.addedTokens.filter(\.isNormalized)
    matcher = AddedTokenMatcher(
      tokens.map { ($0, normalizer?.normalize(addedToken: $0.text) ?? Array($0.text.utf8)) })
    matchesOverlap = definition.addedTokens.contains(where: \.takesSpaceAfter)
  }

  /// Appends the tokens of `bytes[range]` to `buffer`.
  func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ specials: SpecialTokenPolicy,
    by encoder: some PieceEncoder, into buffer: TokenBuffer
  ) {
    guard direct != nil else {
      let text = AlignedText(bytes, range)
      return encode(normalizer?.normalize(text) ?? text, specials, by: encoder, into: buffer)
    }
    func encodeText(_ range: Range<Int>) {
      let text = UnsafeBufferPointer(rebasing: bytes[range])
      if !text.isEmpty { encoder.encode(text, offset: range.lowerBound, into: buffer) }
    }
    var start = range.lowerBound
    for match in matcher.matches(in: bytes, range, policy: specials) {
      if start < match.range.lowerBound { encodeText(start..<match.range.lowerBound) }
      buffer.append(match.token.id, end: match.range.upperBound)
      start = match.range.upperBound
    }
    encodeText(start..<range.upperBound)
  }

  /// Whether nothing is done to data but to cut it where a named pattern says, which leaves none out.
  var cutsOnly: Bool { direct?.pattern != nil && matcher.isIdle(under: .asText) }

  /// Whether a pretoken of `bytes` ends at an offset; `false` where text is not cut as it lies.
  func cuts(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Bool {
    guard let direct, matcher.isIdle(under: .asText) else { return false }
    var scanner = PretokenScanner(bytes, direct)
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: bytes.count + 1) { ends in
      while case let count = scanner.next(ends), count > 0 {
        for end in ends[..<count] where end & ~PretokenScanner.removed >= offset {
          return end == offset
        }
      }
      return false
    }
  }

  /// Encodes normalized text.
  private func encode(
    _ text: AlignedText, _ specials: SpecialTokenPolicy, by encoder: some PieceEncoder,
    into buffer: TokenBuffer
  ) {
    let matches = text.withBytes { matcher.matches(in: $0, 0..<$0.count, policy: specials) }
    var start = 0
    for match in matches {
      if start < match.range.lowerBound {
        encodeText(text[start..<match.range.lowerBound], by: encoder, into: buffer)
      }
      buffer.append(match.token.id, end: Int(text.inputOffset(of: match.range.upperBound)))
      start = match.range.upperBound
    }
    if start < text.count {
      encodeText(start == 0 ? text : text[start..<text.count], by: encoder, into: buffer)
    }
  }

  /// Encodes text without added tokens.
  private func encodeText<Encoder: PieceEncoder>(
    _ text: AlignedText, by encoder: Encoder, into buffer: TokenBuffer
  ) {
    for piece in pretokenization.pieces(of: text, spelled: Encoder.takesSpelledBytes)
    where !piece.isEmpty {
      encoder.encode(piece, into: buffer)
    }
  }
}
