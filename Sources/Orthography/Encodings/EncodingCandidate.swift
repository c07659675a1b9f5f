/// An encoding that a text may have.
public struct EncodingCandidate: Sendable, Equatable {
  /// The encoding.
  public let encoding: TextEncoding
  /// How sure this is, from 0 to 1: 0.8 and more can be relied on where no other comes near.
  public let confidence: Double
  /// What speaks for it, in words for the user.
  public let evidence: String

  /// A candidate.
  public init(_ encoding: TextEncoding, confidence: Double, evidence: String) {
    self.encoding = encoding
    self.confidence = confidence
    self.evidence = evidence
  }
}
