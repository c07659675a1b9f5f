/// The pretokenizer that writes a mark for each space: `Metaspace` in a `tokenizer.json`.
///
/// Source: `tokenizers` 0.23, `pre_tokenizers/metaspace.rs`.
struct Metaspace: Sendable, Equatable {
  /// Which pieces get a mark before them, if they do not begin with one.
  enum PrependScheme: String, Sendable, CaseIterable {
    /// The one at the start of the input.
    case first
    /// None.
    case never
    /// All.
    case always
  }

  /// The mark, mostly `▁`.
  var mark = SpaceMark.text
  var prependScheme = PrependScheme.always
  /// Whether pieces end before each mark.
  var splits = true

  /// The pieces of a piece.
  func pieces(of text: AlignedText) -> [AlignedText] {
    let mark = Array(mark.utf8)
    var text = TextPattern.literal(" ").replace(in: text, with: mark)
    let isPrepended: Bool =
      switch prependScheme {
      case .first: text.start == 0
      case .never: false
      case .always: true
      }
    if isPrepended, !text.bytes.starts(with: mark) { text = text.prefixed(with: mark) }
    return splits ? Self.split(text, before: mark) : [text]
  }

  private static func split(_ text: AlignedText, before mark: [UInt8]) -> [AlignedText] {
    var pieces: [AlignedText] = []
    var start = 0
    for position in text.bytes.indices
    where position > start && text.bytes[position...].starts(with: mark) {
      pieces.append(text[start..<position])
      start = position
    }
    if start < text.count { pieces.append(text[start..<text.count]) }
    return pieces
  }
}
