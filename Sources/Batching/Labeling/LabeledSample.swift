public import Conversations
public import Tokenization

/// The label of a position that adds nothing to the loss, as in PyTorch's cross-entropy.
public let ignoreIndex: TokenID = -100

/// What a run of tokens belongs to.
///
///     text    <|im_start|>assistant\n ನಮಸ್ಕಾರ <|im_end|> \n
///     kind    header                  content  end_of_turn separator
///     tokens  0..<3                   3..<6    6..<7      7..<8
public struct SampleSpan: Sendable, Equatable {
  /// What part it plays.
  public var kind: SegmentKind
  /// The role of its message; `nil` outside messages.
  public var role: Role?
  /// The index of its message in the conversation.
  public var message: Int?
  /// The bytes of the rendered text it covers.
  public var bytes: Range<Int>
  /// The tokens it covers.
  public var tokens: Range<Int>
  /// Whether its tokens are trained on.
  public var supervised: Bool
  /// The weight of its tokens in the loss.
  public var weight: Float

  /// A span.
  public init(
    kind: SegmentKind, role: Role?, message: Int?, bytes: Range<Int>, tokens: Range<Int>,
    supervised: Bool, weight: Float
  ) {
    self.kind = kind
    self.role = role
    self.message = message
    self.bytes = bytes
    self.tokens = tokens
    self.supervised = supervised
    self.weight = weight
  }
}

/// One conversation as tokens and labels: what a row of a shard set holds.
///
/// `labels[i]` is `inputIDs[i]` where the token is trained on and `ignoreIndex` elsewhere; the
/// shift by one position happens later, where a batch is turned into inputs and targets.
public struct LabeledSample: Sendable, Equatable {
  /// The conversation's ID.
  public var conversationID: String
  /// The name of the template that rendered it.
  public var template: String
  /// The rendered text.
  public var text: String
  /// The tokens.
  public var inputIDs: [TokenID]
  /// The labels, aligned with `inputIDs`.
  public var labels: [TokenID]
  /// The spans, in order, covering all tokens and all bytes of `text`.
  public var spans: [SampleSpan]

  /// A sample.
  public init(
    conversationID: String, template: String, text: String, inputIDs: [TokenID], labels: [TokenID],
    spans: [SampleSpan]
  ) {
    self.conversationID = conversationID
    self.template = template
    self.text = text
    self.inputIDs = inputIDs
    self.labels = labels
    self.spans = spans
  }

  /// The columns that training needs.
  public var tokenRow: TokenRow {
    var weights = [Float](repeating: 0, count: inputIDs.count)
    for span in spans where span.supervised {
      for token in span.tokens { weights[token] = span.weight }
    }
    return TokenRow(inputIDs: inputIDs, labels: labels, weights: weights)
  }

  /// How many tokens are trained on.
  public var supervisedCount: Int { labels.count { $0 != ignoreIndex } }
}
