/// One place of a text that was changed.
public struct TextEdit: Sendable, Equatable {
  /// Where it stood, in bytes of the original's UTF-8.
  public let range: Range<Int>
  /// What stood there.
  public let before: String
  /// What stands there now.
  public let after: String
  /// Why, in the order of `SpellingRule`.
  public let rules: [SpellingRule]

  /// An edit.
  public init(range: Range<Int>, before: String, after: String, rules: [SpellingRule]) {
    self.range = range
    self.before = before
    self.after = after
    self.rules = rules
  }

  /// Whether two edits are the same, byte for byte; `String` equality would call canonically
  /// equivalent texts equal.
  public static func == (left: TextEdit, right: TextEdit) -> Bool {
    left.range == right.range && left.rules == right.rules
      && left.before.utf8.elementsEqual(right.before.utf8)
      && left.after.utf8.elementsEqual(right.after.utf8)
  }
}

/// A text after normalization, with every place that this changed.
public struct NormalizedText: Sendable, Equatable {
  /// The text.
  public let text: String
  /// The changes, in order of their place; they do not overlap. Empty where nothing was changed.
  public let edits: [TextEdit]

  /// A text with the changes that made it.
  public init(text: String, edits: [TextEdit]) {
    self.text = text
    self.edits = edits
  }

  /// Whether text and edits are the same, byte for byte.
  public static func == (left: NormalizedText, right: NormalizedText) -> Bool {
    left.edits == right.edits && left.text.utf8.elementsEqual(right.text.utf8)
  }

  /// The text before: `text` with the edits taken back. So the edits keep the original.
  public var original: String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    for edit in edits {
      // Between two edits both texts are the same.
      let same = edit.range.lowerBound - bytes.count
      bytes += rest.prefix(same)
      rest = rest.dropFirst(same + edit.after.utf8.count)
      bytes += edit.before.utf8
    }
    bytes += rest
    return String(decoding: bytes, as: UTF8.self)
  }
}
