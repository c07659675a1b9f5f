import ArgumentParser
import Batching

/// What of rows is trained on, and how their templates are to be read.
struct LabelArguments: ParsableArguments {
  @Option(help: "What is trained on.")
  var trainOn: TrainOn = FormatOptions().trainOn

  @Option(help: "Which end tokens are trained on.")
  var trainOnEOS: TrainOnEOS = FormatOptions().trainOnEOS

  @Option(help: "The text behind which `--train-on response-template` begins.")
  var responseTemplate: String?

  @Option(help: "Whether thinking in the answers that are trained on is trained on: true or false.")
  var trainOnThinking = FormatOptions().trainOnThinking

  @Option(help: "Whether tool calls in the answers that are trained on are: true or false.")
  var trainOnToolCalls = FormatOptions().trainOnToolCalls

  @Option(
    help: """
      The day that templates write which name one, such as 2024-07-26; else each template's own, \
      so that rows are the same on every day.
      """)
  var templateDate: TemplateDate?

  @Option(
    help: """
      The token that opens sequences in templates without control tokens of their own, such as \
      `alpaca`; needs --end-token.
      """)
  var beginToken: String?

  @Option(help: "The token that ends answers in those templates.")
  var endToken: String?

  /// The options for these templates; the defaults' where none is named.
  func options(_ templates: [String]) -> FormatOptions {
    FormatOptions(
      templates: templates.isEmpty ? FormatOptions().templates : templates, trainOn: trainOn,
      trainOnEOS: trainOnEOS, responseTemplate: responseTemplate, trainOnThinking: trainOnThinking,
      trainOnToolCalls: trainOnToolCalls, templateDate: templateDate, beginToken: beginToken,
      endToken: endToken)
  }
}

extension TemplateCatalog {
  /// What an option that names a template may be, for help texts.
  static let forms = """
    \(names.joined(separator: ", ")); or a Jinja template: FILE.jinja, a tokenizer_config.json, or \
    a model's FOLDER/; of several, with names, FOLDER/:NAME
    """
}

extension TrainOn: ExpressibleByArgument {}
extension TrainOnEOS: ExpressibleByArgument {}
extension TemplateDate: ExpressibleByArgument {
  /// Reads `2024-07-26`.
  public init?(argument: String) { self.init(argument) }
}
