internal import Artifacts

/// Which rows are listed: every condition that is given must hold.
struct RowFilter: Sendable, Hashable {
  /// A split's name.
  var split: String?
  /// A language's tag; empty: rows of which it is not known.
  var language: String?
  var source: String?
  var template: String?
  var tag: String?
  /// The rows with this fault; `any` with whatever fault.
  var fault: String?
  /// The lengths in tokens.
  var minTokens: Int?
  var maxTokens: Int?
  /// How much of a row is trained on, in percent.
  var minShare: Int?
  var maxShare: Int?
  /// Rows with a control token's text in a message.
  var hasControlText = false
  /// Rows by what was said of them: accept, reject, note, none.
  var review: String?
  /// What must stand in the text or in the conversation's ID.
  var search: TextSearch?

  /// Whether every row passes.
  var isEmpty: Bool { self == RowFilter() }

  /// Whether only a row's tokens tell.
  var asksTokens: Bool {
    minTokens != nil || maxTokens != nil || minShare != nil || maxShare != nil
  }

  /// Reads a query's parameters.
  ///
  /// - Throws: `invalidOption` for a key that is not known or a value that cannot be.
  init(_ parameters: some Sequence<(key: String, value: String)>) throws {
    for (key, value) in parameters {
      switch key {
      case "split": split = value
      case "language": language = value
      case "source": source = value
      case "template": template = value
      case "tag": tag = value
      case "fault": fault = value
      case "min_tokens": minTokens = try Self.number(value, key)
      case "max_tokens": maxTokens = try Self.number(value, key)
      case "min_share": minShare = try Self.number(value, key)
      case "max_share": maxShare = try Self.number(value, key)
      case "control": hasControlText = value == "1"
      case "review": review = value
      case "search": search = value.isEmpty ? nil : TextSearch(value)
      default:
        throw AksharaError(.invalidOption, "there is no parameter `\(key)`")
      }
    }
  }

  /// The filter that every row passes.
  init() {}

  /// Whether lengths and shares are as asked.
  func allows(tokens: Int, supervised: () -> Int) -> Bool {
    if let minTokens, tokens < minTokens { return false }
    if let maxTokens, tokens > maxTokens { return false }
    guard minShare != nil || maxShare != nil else { return true }
    let trained = supervised()
    if let minShare, trained * 100 < minShare * tokens { return false }
    if let maxShare, trained * 100 > maxShare * tokens { return false }
    return true
  }

  private static func number(_ text: String, _ key: String) throws -> Int {
    guard let number = Int(text), (0...Int(Int32.max)).contains(number) else {
      throw AksharaError(.invalidOption, "`\(key)` is no count: `\(text.prefix(40))`")
    }
    return number
  }
}
