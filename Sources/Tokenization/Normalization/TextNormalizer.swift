import Orthography

/// What is done to text before it is cut into pretokens: the `normalizer` of a `tokenizer.json`.
///
/// Each case is the normalizer of that name in `tokenizers` 0.23 (`src/normalizers`), except the
/// last.
indirect enum TextNormalizer: Sendable, Equatable {
  /// One after another.
  case sequence([TextNormalizer])
  /// Puts a text before any text that is not empty: the dummy prefix of SentencePiece.
  case prepend(String)
  /// Replaces every occurrence.
  case replace(TextPattern, with: String)
  /// A normalization form.
  case form(NormalizationForm)
  /// Each character in lower case, whatever stands around it.
  case lowercase
  /// Takes white space off the ends.
  case strip(left: Bool, right: Bool)
  /// Takes combining marks out.
  case stripAccents
  /// Control characters out, and odd white space to U+0020, as in the training of neural machine
  /// translation.
  case nmt
  /// What a SentencePiece model says; it has no name in a `tokenizer.json`.
  case sentencePiece(SentencePieceNormalizer)

  /// The normalized text.
  func normalize(_ text: AlignedText) -> AlignedText {
    if text.isEmpty { return text }
    switch self {
    case .sequence(let parts): return parts.reduce(text) { $1.normalize($0) }
    case .prepend(let prefix): return text.prefixed(with: Array(prefix.utf8))
    case .replace(let pattern, let replacement):
      return pattern.replace(in: text, with: Array(replacement.utf8))
    case .form(let form): return text.normalized(to: form)
    case .lowercase: return text.mappingCharacters(CharacterMapping.lowercase)
    case .strip(let left, let right): return text.stripped(left: left, right: right)
    case .stripAccents: return text.mappingCharacters(CharacterMapping.stripAccents)
    case .nmt: return text.mappingCharacters(CharacterMapping.nmt)
    case .sentencePiece(let normalizer): return normalizer.normalize(text)
    }
  }

  /// The text that an added token has in normalized text. SentencePiece looks for its own tokens
  /// there as they are.
  func normalize(addedToken text: String) -> [UInt8] {
    if case .sentencePiece = self { return Array(text.utf8) }
    return Array(text.utf8).withUnsafeBufferPointer { bytes in
      normalize(AlignedText(bytes, 0..<bytes.count)).bytes
    }
  }
}

extension AlignedText {
  /// The text without white space at its ends.
  func stripped(left: Bool, right: Bool) -> AlignedText {
    withBytes { bytes in
      let start = left ? WordBorders.end(ofSpaceFrom: 0, in: bytes) : 0
      let end = right ? WordBorders.start(ofSpaceBefore: count, in: bytes) : count
      return self[start..<max(start, end)]
    }
  }

  /// The text in a normalization form. Bytes that are not UTF-8 stay, and text does not normalize
  /// across them.
  func normalized(to form: NormalizationForm) -> AlignedText {
    withBytes { source in
      var result = AlignedText(start: start, capacity: count)
      var position = 0
      while position < count {
        let end = Self.endOfPiece(source, from: position, form)
        let piece = UnsafeBufferPointer(rebasing: source[position..<end])
        if let normal = form.normalized(piece), !normal.elementsEqual(piece) {
          result.append(normal, end: ends[end - 1])
        } else {
          result.append(self, position..<end)
        }
        position = end
      }
      return result
    }
  }

  /// The end of the shortest piece from `position` that normalizes by itself.
  private static func endOfPiece(
    _ source: UnsafeBufferPointer<UInt8>, from position: Int, _ form: NormalizationForm
  ) -> Int {
    let first = UTF8Character(source, at: position)
    var end = position + first.length
    guard !first.isBroken(in: source, at: position) else { return end }
    while end < source.count {
      let next = UTF8Character(source, at: end)
      if next.isBroken(in: source, at: end) || next.codePoint < 0x80
        || form.hasBoundary(before: next.codePoint)
      {
        break
      }
      end += next.length
    }
    return end
  }
}
