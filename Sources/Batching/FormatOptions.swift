internal import Artifacts

/// What happens to a row that is longer than `max_length`.
public enum Truncation: String, Sendable, CaseIterable {
  /// Sharding stops with an error that names it: whoever wants rows dropped or cut says so.
  case stop
  /// It is dropped.
  case drop
  /// Its oldest turns are cut off, whole turns only; a system message in front stays. The answers of
  /// those turns are not trained on and are counted. A row whose last turn alone is too long is
  /// dropped.
  case left
  /// It is cut at the end; an answer that is cut loses its end token, so that the model does not
  /// learn to stop there, and context behind the last answer goes too. A row of which only context
  /// would be left is dropped.
  case right
  /// It becomes several rows, cut between turns: each begins with the system message in front and
  /// has as many turns as fit, so that every answer is trained on in one row. A turn that is too long
  /// by itself is left out; a row of which no turn fits is dropped.
  case split
}

/// What happens to a conversation for which its template has no form.
public enum RefusalPolicy: String, Sendable, CaseIterable {
  /// Sharding stops with the error.
  case stop
  /// The row is dropped and counted as `refused_by_template`.
  case drop
}

/// How conversations become labelled rows: the recipe's `format`.
public struct FormatOptions: Sendable, Equatable {
  /// The templates. With several, each conversation takes one, chosen by a hash of `seed` and its
  /// ID. Default: `chatml`.
  public var templates: [String]
  /// Templates for conversations that carry a tag; a conversation's first tag that stands here goes
  /// before `templates`. In the order in which they were written.
  public var templateByTag: [TaggedTemplate]
  /// Which messages are trained on. Default: `assistant`.
  public var trainOn: TrainOn
  /// Which end tokens are trained on. Default: `turn`.
  public var trainOnEOS: TrainOnEOS
  /// The text that `response-template` looks for.
  public var responseTemplate: String?
  /// Whether the thinking of answers that are trained on is trained on. Default: yes.
  public var trainOnThinking: Bool
  /// Whether the tool calls of answers that are trained on are trained on. Default: yes.
  public var trainOnToolCalls: Bool
  /// The day that templates write which name one; `nil` takes each template's own.
  public var templateDate: TemplateDate?
  /// The most tokens in a row. Default: 2048.
  public var maxLength: Int
  /// What happens to longer rows. Default: `stop`.
  public var truncation: Truncation
  /// What happens to tokens across a border. Default: `cut_at_answer`.
  public var border: BorderRule
  /// What happens to a conversation that a template refuses. Default: `stop`.
  public var onRefusal: RefusalPolicy
  /// The token that opens sequences in templates without control tokens of their own, such as
  /// `alpaca`; `nil` takes the tokenizer's.
  public var beginToken: String?
  /// The token that ends answers in those templates; `nil` takes the tokenizer's.
  public var endToken: String?
  /// The seed of the choice among templates. Default: 42.
  public var seed: UInt64

  /// The template of a tag.
  public struct TaggedTemplate: Sendable, Equatable {
    /// The tag.
    public var tag: String
    /// The template's name.
    public var template: String

    /// `template` for conversations with `tag`.
    public init(tag: String, template: String) {
      self.tag = tag
      self.template = template
    }
  }

  /// The longest `max_length` that is accepted: 2²⁰ tokens.
  public static let longestRow = 1 << 20

  /// Options with their defaults.
  public init(
    templates: [String] = ["chatml"], templateByTag: [TaggedTemplate] = [],
    trainOn: TrainOn = .assistant, trainOnEOS: TrainOnEOS = .turn,
    responseTemplate: String? = nil, trainOnThinking: Bool = true, trainOnToolCalls: Bool = true,
    templateDate: TemplateDate? = nil, maxLength: Int = 2048, truncation: Truncation = .stop,
    border: BorderRule = .cutAtAnswer, onRefusal: RefusalPolicy = .stop,
    beginToken: String? = nil, endToken: String? = nil, seed: UInt64 = 42
  ) {
    self.templates = templates
    self.templateByTag = templateByTag
    self.trainOn = trainOn
    self.trainOnEOS = trainOnEOS
    self.responseTemplate = responseTemplate
    self.trainOnThinking = trainOnThinking
    self.trainOnToolCalls = trainOnToolCalls
    self.templateDate = templateDate
    self.maxLength = maxLength
    self.truncation = truncation
    self.border = border
    self.onRefusal = onRefusal
    self.beginToken = beginToken
    self.endToken = endToken
    self.seed = seed
  }

  /// The begin and end token for templates without control tokens of their own; `nil` takes the
  /// tokenizer's.
  public var sequenceTokens: SequenceTokens? {
    endToken.map { SequenceTokens(begin: beginToken, end: $0) }
  }
}
