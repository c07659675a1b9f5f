public import Tokenization

/// The columns of one row that training needs, all of one length.
public struct TokenRow: Sendable, Equatable {
  /// The tokens.
  public var inputIDs: [TokenID]
  /// The labels: the token where it is trained on, `ignoreIndex` elsewhere.
  public var labels: [TokenID]
  /// The weight of each token in the loss; 0 where the label is `ignoreIndex`.
  public var weights: [Float]

  /// A row; the three columns must be equally long.
  public init(inputIDs: [TokenID], labels: [TokenID], weights: [Float]) {
    precondition(inputIDs.count == labels.count && labels.count == weights.count)
    self.inputIDs = inputIDs
    self.labels = labels
    self.weights = weights
  }

  /// A row where every label has the weight 1.
  public init(inputIDs: [TokenID], labels: [TokenID]) {
    self.init(
      inputIDs: inputIDs, labels: labels, weights: labels.map { $0 == ignoreIndex ? 0 : 1 })
  }

  /// How many tokens it has.
  public var count: Int { inputIDs.count }
}
