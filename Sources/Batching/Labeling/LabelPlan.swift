public import Artifacts
public import Conversations

/// What a template shall mark as supervised while it renders: decided for each message before,
/// from the strategy and the message's own flags.
public struct LabelPlan: Sendable, Equatable {
  /// The labels of one message's parts.
  public struct MessageLabels: Sendable, Equatable {
    /// Whether its header and the separator behind it are trained on.
    public var header = false
    /// Whether its content is trained on.
    public var content = false
    /// Whether the token that ends it is trained on.
    public var end = false
    /// The weight of its tokens in the loss.
    public var weight: Float = 1
  }

  /// Whether what belongs to no message, such as the begin token, is trained on.
  public var frame: Bool
  /// The labels of each message.
  public var messages: [MessageLabels]

  /// A plan that supervises nothing.
  public static let none = LabelPlan(frame: false, messages: [])

  init(frame: Bool, messages: [MessageLabels]) {
    self.frame = frame
    self.messages = messages
  }

  /// The plan for a conversation.
  ///
  /// A message's `supervised` goes before the strategy. A message of weight 0 is not supervised:
  /// it would add nothing but to the count.
  ///
  /// - Throws: `malformed` if a weight is negative or not finite.
  public init(
    for conversation: Conversation, trainOn: TrainOn, trainOnEOS: TrainOnEOS = .turn,
    at location: SourceLocation? = nil
  ) throws {
    let lastAssistant = conversation.messages.lastIndex { $0.role == .assistant }
    frame = trainOn == .all
    messages = []
    for (index, message) in conversation.messages.enumerated() {
      let weight = message.weight ?? 1
      guard weight >= 0, weight.isFinite else {
        throw AksharaError(
          .malformed,
          "message \(index + 1) of conversation `\(conversation.id)` has the weight \(weight)",
          at: location, remedy: "give a number of 0 or more")
      }
      let chosen =
        switch trainOn {
        case .assistant: message.role == .assistant
        case .lastAssistant: index == lastAssistant
        case .all: true
        case .responseTemplate: false
        }
      let supervised = (message.supervised ?? chosen) && weight > 0
      messages.append(
        MessageLabels(
          header: supervised && trainOn == .all, content: supervised,
          end: supervised && trainOnEOS == .turn, weight: Float(weight)))
    }
    if trainOnEOS == .last, let last = messages.lastIndex(where: { $0.content }) {
      messages[last].end = true
    }
  }

  /// The labels of a message; nothing is supervised for one that the plan does not know.
  public subscript(message: Int) -> MessageLabels {
    messages.indices.contains(message) ? messages[message] : MessageLabels()
  }
}
