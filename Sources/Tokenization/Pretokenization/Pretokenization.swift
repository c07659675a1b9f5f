/// All that happens to text between the normalizer and the model: the `pre_tokenizer` of a
/// `tokenizer.json`, step by step.
///
/// Nearly always it is one step, a `Pretokenizer`, which cuts the input where it lies. Steps that
/// change the text (a mark for each space, a space before the text) work on copies.
struct Pretokenization: Sendable, Equatable {
  /// One step; each is applied to all pieces of the one before it.
  enum Step: Sendable, Equatable {
    /// Cuts pieces.
    case cut(Pretokenizer)
    /// Writes marks for spaces, and may cut before them.
    case metaspace(Metaspace)
    /// Puts a space before each piece that does not begin with one (`add_prefix_space`).
    case spaceBefore
    /// Spells bytes with the characters of the byte alphabet, so that later steps see those.
    case spellBytes
  }

  /// The steps.
  var steps: [Step]
  /// Whether the vocabulary spells bytes: whether one of the steps is a `ByteLevel`.
  var isByteLevel: Bool

  /// Steps.
  init(_ steps: [Step], isByteLevel: Bool) {
    self.steps = steps
    self.isByteLevel = isByteLevel
  }

  /// The one step that cuts the input where it lies; `nil` if there are others.
  var pretokenizer: Pretokenizer? {
    if steps.count == 1, case .cut(let pretokenizer) = steps[0] { pretokenizer } else { nil }
  }

  /// The pieces of a text.
  ///
  /// - Parameter spelled: whether bytes are wanted as characters of the byte alphabet, if the
  ///   vocabulary spells bytes.
  func pieces(of text: AlignedText, spelled: Bool) -> [AlignedText] {
    var pieces = [text]
    for step in steps { pieces = pieces.flatMap { $0.isEmpty ? [] : Self.apply(step, to: $0) } }
    let areSpelled = steps.contains(.spellBytes)
    if areSpelled == (spelled && isByteLevel) { return pieces }
    return pieces.map { areSpelled ? $0.withAlphabetAsBytes : $0.withBytesAsAlphabet }
  }

  private static func apply(_ step: Step, to text: AlignedText) -> [AlignedText] {
    switch step {
    case .cut(let pretokenizer): text.pieces(by: pretokenizer)
    case .metaspace(let metaspace): metaspace.pieces(of: text)
    case .spaceBefore:
      [text.bytes[0] == UInt8(ascii: " ") ? text : text.prefixed(with: [UInt8(ascii: " ")])]
    case .spellBytes: [text.withBytesAsAlphabet]
    }
  }
}

extension AlignedText {
  /// The pretokens of the text.
  func pieces(by pretokenizer: Pretokenizer) -> [AlignedText] {
    withBytes { bytes in
      var pieces: [AlignedText] = []
      var start = 0
      PretokenScanner(bytes, pretokenizer).forEach { end, isPretoken in
        if isPretoken { pieces.append(self[start..<end]) }
        start = end
      }
      return pieces
    }
  }

  /// The text with each byte spelled by its character.
  var withBytesAsAlphabet: AlignedText {
    var result = AlignedText(start: start, capacity: 2 * count)
    for (byte, end) in zip(bytes, ends) {
      result.append(ByteAlphabet.text(spelling: [byte]).utf8, end: end)
    }
    return result
  }

  /// The text with each character replaced by the byte it spells.
  var withAlphabetAsBytes: AlignedText {
    mappingCharacters { character in
      Unicode.Scalar(character.codePoint).flatMap {
        ByteAlphabet.bytes(spelledBy: String(Character($0)))
      }
    }
  }
}
