public import Conversations

/// A rule that turns a conversation into rendered segments.
///
/// A template knows which piece of text belongs to which message and plays which part, so labels
/// are decided while it renders (`LabelPlan`) and nothing has to be searched for afterwards.
/// Control tokens come from the template alone.
public protocol ChatTemplate: Sendable {
  /// The name under which options choose it.
  var name: String { get }

  /// The control token that opens every sequence; `nil` if the template opens with none.
  var beginToken: String? { get }

  /// The control token that ends an answer.
  var endOfTurnToken: String { get }

  /// Other control tokens that end answers of some kind, such as calls of tools.
  var otherEndTokens: [String] { get }

  /// Whether an answer that another one follows, with nothing but tools' results between them, goes on
  /// in it: the first has no end token then, as Gemma 4's.
  var continuesTurns: Bool { get }

  /// Every control token that it writes, each once.
  var requiredSpecialTokens: [String] { get }

  /// Whether what it writes around contents that are plain text and not blank follows from the
  /// messages' roles alone: a content is put into its place, trimmed or not, and nothing else
  /// depends on it.
  var placesContents: Bool { get }

  /// The same template in Jinja, for `chat_template` in `tokenizer_config.json`: it renders the
  /// same bytes for conversations whose contents are plain text.
  var jinja: String { get }

  /// Renders a whole conversation.
  ///
  /// - Throws: `unsupported`, naming the conversation and the message, where the template has no
  ///   form for it.
  func render(_ conversation: Conversation, labels: LabelPlan) throws -> RenderedConversation

  /// Renders a conversation and the header that opens the assistant's next message. Nothing in it
  /// is supervised.
  ///
  /// - Throws: as `render`.
  func generationPrompt(for conversation: Conversation) throws -> RenderedConversation
}

extension ChatTemplate {
  /// None: most templates end every answer alike.
  public var otherEndTokens: [String] { [] }

  /// Not known.
  public var placesContents: Bool { false }

  /// No: most templates end every answer.
  public var continuesTurns: Bool { false }
}

/// What a template did not render as it stood. Nothing of this is lost in silence: the counts go
/// into the manifest.
public enum RenderingChange: String, Sendable, CaseIterable {
  /// White space around a message's content was cut off, as the template demands.
  case trimmedContent = "trimmed_content"
  /// A message's thinking was left out.
  case reasoningLeftOut = "reasoning_left_out"
  /// A speaker's name was left out.
  case nameLeftOut = "name_left_out"
  /// A conversation's variables for the chat template were left out.
  case argumentsLeftOut = "arguments_left_out"
  /// Text beside a tool call was left out, as the template demands.
  case contentLeftOut = "content_left_out"
  /// A tool's result was written as a JSON string, as the template demands.
  case resultAsJSON = "result_as_json"
  /// Typed parts were printed as Python prints a list of dictionaries, by a template that knows texts
  /// alone.
  case printedParts = "printed_parts"
}
