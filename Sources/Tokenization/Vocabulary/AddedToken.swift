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

  /// An added token; special, as nearly all are, unless said otherwise.
  public init(id: TokenID, text: String, isSpecial: Bool = true, isNormalized: Bool = false) {
    self.id = id
    self.text = text
    self.isSpecial = isSpecial
    self.isNormalized = isNormalized
  }
}
