/// A token that stands in `added_tokens`: its text is found before anything else is done.
public struct AddedToken: Sendable, Hashable {
  /// Its ID.
  public var id: TokenID
  /// Its text.
  public var text: String
  /// Whether it is a special token, which text becomes only under `SpecialTokenPolicy.allow`; any
  /// other added token is found in all text.
  public var isSpecial: Bool
  /// Whether it is looked for after the normalizer has run, in what the others left.
  public var isNormalized: Bool
  /// Whether white space before it belongs to it (`lstrip`).
  public var takesSpaceBefore: Bool
  /// Whether white space behind it belongs to it (`rstrip`).
  public var takesSpaceAfter: Bool
  /// Whether it is found only where no word goes on at its ends (`single_word`).
  public var isSingleWord: Bool

  /// An added token; special, as nearly all are, and without further conditions unless said
  /// otherwise.
  public init(
    id: TokenID, text: String, isSpecial: Bool = true, isNormalized: Bool = false,
    takesSpaceBefore: Bool = false, takesSpaceAfter: Bool = false, isSingleWord: Bool = false
  ) {
    self.id = id
    self.text = text
    self.isSpecial = isSpecial
    self.isNormalized = isNormalized
    self.takesSpaceBefore = takesSpaceBefore
    self.takesSpaceAfter = takesSpaceAfter
    self.isSingleWord = isSingleWord
  }
}
