/// What the rows of new tokens are made from.
public enum RowInitialization: String, Sendable, CaseIterable {
  /// Made for what a row does. One that predicts its token is half the mean of the old tokens that
  /// spelled the new one: nobody has learnt yet when the new token is right, and a shorter row
  /// says it less boldly. One that only is read is a mean in which each old token counts twice as
  /// much as the one before it: what follows depends most on the last.
  case byRole = "by-role"
  /// The mean of the rows of the old tokens that spelled the new one.
  case mean
  /// As the model's own tokens are composed of theirs: each old token that a merge makes of two
  /// others says how its row follows from theirs; the weights that fit all of them best
  /// (`CompositionFit`) make the new rows, merge by merge.
  case composed
}

/// What the rows of a matrix do.
enum RowRole: Sendable {
  /// The embedding of a model with a head of its own: rows are read.
  case reading
  /// An output head, or the one matrix of a model that ties both: rows predict.
  case predicting
}

/// What a model must know of its new vocabulary.
public struct NewTokens: Sendable {
  /// A merge: two tokens and what they become.
  public typealias Composition = (left: Int32, right: Int32, result: Int32)

  /// The first new ID.
  public let first: Int
  /// For each new ID in order, the old tokens that spelled it.
  public let spellings: [[Int32]]
  /// The merges, old and new, each token's first one, in the order of their ranks.
  public let compositions: [Composition]

  /// New tokens.
  public init(first: Int, spellings: [[Int32]], compositions: [Composition]) {
    self.first = first
    self.spellings = spellings
    self.compositions = compositions
  }

  /// One more than the last new ID.
  public var end: Int { first + spellings.count }
}
