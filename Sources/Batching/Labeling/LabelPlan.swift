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
    /// Whether the thinking in front of its content is trained on.
    public var thinking = false
    /// Whether its calls of tools are trained on.
    public var toolCalls = false
    /// Whether the token that ends it is trained on.
    public var end = false
    /// The weight of its tokens in the loss.
    public var weight: Float = 1

    /// Whether anything that the message says is trained on.
    public var isTrainedOn: Bool { content || thinking || toolCalls }
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
  /// - Parameters:
  ///   - thinking: whether thinking is trained on where its message is.
  ///   - toolCalls: whether calls of tools are.
  /// - Throws: `malformed` if a weight is negative or not finite.
  public init(
    for conversation: Conversation, trainOn: TrainOn, trainOnEOS: TrainOnEOS = .turn,
    thinking: Bool = true, toolCalls: Bool = true, at location: SourceLocation? = nil
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
          thinking: supervised && thinking, toolCalls: supervised && toolCalls,
          end: supervised && trainOnEOS == .turn, weight: Float(weight)))
    }
    if trainOnEOS == .last { superviseLastEnd() }
  }

  /// The plan of a row that holds only the messages `kept`: each keeps its labels, so that no row
  /// trains on what the whole conversation would not; `last` means the row's last message.
  func row(of kept: [Int], trainOnEOS: TrainOnEOS) -> LabelPlan {
    var plan = LabelPlan(frame: frame, messages: kept.map { self[$0] })
    if trainOnEOS == .last { plan.superviseLastEnd() }
    return plan
  }

  private mutating func superviseLastEnd() {
    let last = messages.lastIndex(where: \.content)
    for index in messages.indices { messages[index].end = index == last }
  }

  /// The labels of a message; nothing is supervised for one that the plan does not know.
  public subscript(message: Int) -> MessageLabels {
    messages.indices.contains(message) ? messages[message] : MessageLabels()
  }
}
