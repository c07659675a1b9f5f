public import Artifacts

extension FormatOptions {
  /// Reads the recipe's `format`.
  ///
  /// - Throws: `invalidOption` for a wrong type, an unknown key or template, or options that
  ///   contradict each other.
  public init(reading reader: inout OptionReader) throws {
    self.init()
    templates = try reader.strings("template") ?? templates
    templateByTag = try Self.tagged(reader.node("template_by_tag"))
    trainOn = try reader.choice("train_on", TrainOn.self) ?? trainOn
    trainOnEOS = try reader.choice("train_on_eos", TrainOnEOS.self) ?? trainOnEOS
    responseTemplate = try reader.string("response_template")
    trainOnThinking = try reader.boolean("train_on_thinking") ?? trainOnThinking
    trainOnToolCalls = try reader.boolean("train_on_tool_calls") ?? trainOnToolCalls
    templateDate = try Self.date(reader.string("template_date"), at: reader.location)
    maxLength = try reader.integer("max_length", in: 1...Self.longestRow) ?? maxLength
    truncation = try reader.choice("truncation", Truncation.self) ?? truncation
    border = try reader.choice("border", BorderRule.self) ?? border
    onRefusal = try reader.choice("on_refusal", RefusalPolicy.self) ?? onRefusal
    beginToken = try reader.string("begin_token")
    endToken = try reader.string("end_token")
    seed = try reader.integer("seed", in: 0...Int.max).map(UInt64.init) ?? seed
    try reader.finish()
    try validate(at: reader.location)
  }

  private static func date(
    _ text: String?, at location: SourceLocation?
  ) throws -> TemplateDate? {
    guard let text else { return nil }
    guard let date = TemplateDate(text) else {
      throw AksharaError(
        .invalidOption, "`format.template_date` is \"\(text)\"", at: location,
        remedy: "write the day as `2024-07-26`")
    }
    return date
  }

  private static func tagged(_ node: OptionNode?) throws -> [TaggedTemplate] {
    guard let node else { return [] }
    guard case .table(let entries) = node.value else {
      throw AksharaError(
        .invalidOption, "`format.template_by_tag` is not a table", at: node.location,
        remedy: "write `tag: template` lines below it")
    }
    return try entries.map { entry in
      guard let name = entry.node.json.string else {
        throw AksharaError(
          .invalidOption,
          "`format.template_by_tag.\(entry.key)` is \(entry.node.json.compactString)",
          at: entry.node.location, remedy: "give the name of a template")
      }
      return TaggedTemplate(tag: entry.key, template: name)
    }
  }

  /// Checks that the options go together.
  ///
  /// - Throws: `invalidOption`, naming the options that clash.
  public func validate(at location: SourceLocation? = nil) throws {
    func refuse(_ problem: String, _ remedy: String) -> AksharaError {
      AksharaError(.invalidOption, problem, at: location, remedy: remedy)
    }
    guard !templates.isEmpty else {
      throw refuse("`template` names no template", "name one of: \(Self.templateNames)")
    }
    for name in templates + templateByTag.map(\.template)
    where !TemplateCatalog.names.contains(name) && !TemplateCatalog.isFile(name)
      && name != ForeignSampleRecord.unknownTemplate
    {
      throw refuse(
        "there is no template `\(name)`",
        "use a file (FILE.jinja, tokenizer_config.json, or FOLDER/), or one of: "
          + Self.templateNames)
    }
    if trainOn == .responseTemplate && (responseTemplate ?? "").isEmpty {
      throw refuse(
        "`train_on: response-template` needs the text to look for", "add `response_template: …`")
    }
    if trainOn != .responseTemplate && responseTemplate != nil {
      throw refuse(
        "`response_template` is given, but `train_on` is `\(trainOn.rawValue)`",
        "write `train_on: response-template`, or leave the text out")
    }
    if beginToken != nil && endToken == nil {
      throw refuse("`begin_token` is given without `end_token`", "give both")
    }
    guard 1...Self.longestRow ~= maxLength else {
      throw refuse("`max_length` is \(maxLength)", "give a value from 1 to \(Self.longestRow)")
    }
  }

  private static var templateNames: String { TemplateCatalog.names.joined(separator: ", ") }

  /// All options with their values, keys as in a recipe.
  public var json: JSONValue {
    func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    return [
      "template": .array(templates.map { .string($0) }),
      "template_by_tag": .object(
        JSONObject(templateByTag.map { ($0.tag, .string($0.template)) })),
      "train_on": .string(trainOn.rawValue), "train_on_eos": .string(trainOnEOS.rawValue),
      "response_template": text(responseTemplate), "train_on_thinking": .bool(trainOnThinking),
      "train_on_tool_calls": .bool(trainOnToolCalls),
      "template_date": text(templateDate?.description), "max_length": JSONValue(maxLength),
      "truncation": .string(truncation.rawValue), "border": .string(border.rawValue),
      "on_refusal": .string(onRefusal.rawValue), "begin_token": text(beginToken),
      "end_token": text(endToken), "seed": JSONValue(seed),
    ]
  }
}
