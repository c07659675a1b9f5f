internal import Artifacts
internal import Batching
internal import Conversations
internal import Tokenization

/// What rows are compared with.
struct ComparisonOptions: Sendable {
  /// Another tokenizer's file; `nil`: the same tokenizer.
  var tokenizer: String?
  /// Another template; `nil`: the same template.
  var template: String?
}

/// Makes a row anew, with another tokenizer, another template, or both.
struct RowComparer: Sendable {
  /// What it is called on the page: the tokenizer's file and the template.
  let name: String
  private let preview: RowPreview
  private let rendersAnew: Bool

  var tokenizer: any Tokenizer { preview.tokenizer }

  static let nothingToCompare = AksharaError(
    .invalidOption, "there is nothing to compare with",
    remedy: "start with --compare-tokenizer or --compare-template")

  /// - Parameters:
  ///   - tokenizer: the rows' own.
  ///   - options: how the rows were made.
  /// - Throws: as `BPETokenizer`; `invalidOption` if a template is unknown, or no tokenizer there.
  init(
    _ comparison: ComparisonOptions, tokenizer own: (any Tokenizer)?, options: FormatOptions
  ) throws {
    guard
      let tokenizer: any Tokenizer = try comparison.tokenizer.map({
        try BPETokenizer(contentsOf: $0)
      }) ?? own
    else {
      throw AksharaError(
        .invalidOption, "rows cannot be compared without a tokenizer",
        remedy: "name one with --tokenizer")
    }
    var options = options
    if let template = comparison.template {
      options.templates = [template]
      options.templateByTag = []
    }
    options.maxLength = FormatOptions.longestRow
    options.onRefusal = .stop
    name = [comparison.tokenizer.map { Self.shortName($0) }, comparison.template]
      .compactMap { $0 }.joined(separator: " · ")
    rendersAnew = comparison.template != nil
    if rendersAnew {
      preview = try RowPreview(options, tokenizer: tokenizer)
    } else {
      // Only tokens are made anew: no template of the set is needed, nor its control tokens.
      preview = RowPreview(encodingWith: tokenizer, border: options.border)
    }
  }

  /// A tokenizer's file with the folder that tells it from others of that name.
  private static func shortName(_ path: String) -> String {
    let name = Path.name(of: path)
    let folder = Path.name(of: Path.folder(of: path))
    return name == "tokenizer.json" && !folder.isEmpty ? "\(folder)/\(name)" : name
  }

  /// A written row made anew. Another template renders what the row's messages show.
  ///
  /// - Parameter picture: the row under its own tokenizer.
  func row(of record: ShardRecord, _ picture: RowPicture) -> RowPreview.Result {
    guard rendersAnew else { return preview.reencoded(record, picture) }
    var result = preview.row(of: RowPreview.conversation(of: record))
    result.remarks.append("rendered from what the row shows of its messages")
    if record.sample.spans.contains(where: { $0.kind.isSaid && $0.kind != .content }) {
      result.remarks.append("thinking and tool calls are left out")
    }
    return result
  }

  /// A conversation under the other tokenizer or template.
  ///
  /// - Parameters:
  ///   - sample: the row that it becomes by itself, of which only tokens may change.
  ///   - own: the tokenizer by which it does.
  func row(
    of conversation: Conversation, _ sample: LabeledSample?, _ own: any Tokenizer
  ) -> RowPreview.Result {
    if rendersAnew { return preview.row(of: conversation) }
    guard let sample else { return RowPreview.Result(sample: nil, remarks: []) }
    return preview.reencoded(
      ShardRecord(sample: sample), RowPicture(sample, tokenizer: own))
  }

  /// Both sides for the page: each with `name`, `remarks`, and `tokens` where there is a row.
  static func json(
    _ left: (result: RowPreview.Result, tokenizer: any Tokenizer, name: String),
    _ right: (result: RowPreview.Result, tokenizer: any Tokenizer, name: String)
  ) -> JSONValue {
    let sides = [left, right].map { side -> JSONValue in
      var object: JSONObject = [
        "name": .string(side.name), "remarks": .array(side.result.remarks.map { .string($0) }),
      ]
      if let sample = side.result.sample {
        let picture = RowPicture(sample, tokenizer: side.tokenizer)
        object["tokens"] = .object(TokenPage.json(sample, picture))
      }
      return .object(object)
    }
    return ["sides": .array(sides)]
  }
}
