/// What `akshara view` shows, and where.
public struct ViewOptions: Sendable {
  /// A shard set's folder, or conversations as JSON Lines (plain, gzip, zstd).
  public var path: String
  /// A tokenizer's file or folder. Without it a set's own copy is taken, and conversations are shown
  /// without tokens.
  public var tokenizer: String?
  /// The template that conversations are rendered with.
  public var template: String
  /// Another tokenizer to compare rows with.
  public var otherTokenizer: String?
  /// Another template to compare rows with.
  public var otherTemplate: String?
  /// Where verdicts and notes are written; `nil`: beside what is looked at, `<path>.verdicts.jsonl`.
  public var verdicts: String?
  /// The port on the loopback interface; 0 takes one that is free.
  public var port: Int

  /// Options with their defaults.
  public init(
    _ path: String, tokenizer: String? = nil, template: String = "chatml",
    otherTokenizer: String? = nil, otherTemplate: String? = nil, verdicts: String? = nil,
    port: Int = 0
  ) {
    self.path = path
    self.tokenizer = tokenizer
    self.template = template
    self.otherTokenizer = otherTokenizer
    self.otherTemplate = otherTemplate
    self.verdicts = verdicts
    self.port = port
  }

  /// Where verdicts are written.
  var verdictsPath: String {
    if let verdicts { return verdicts }
    var name = path
    while name.count > 1, name.hasSuffix("/") { name.removeLast() }
    return name + ".verdicts.jsonl"
  }

  var comparison: ComparisonOptions? {
    guard otherTokenizer != nil || otherTemplate != nil else { return nil }
    return ComparisonOptions(tokenizer: otherTokenizer, template: otherTemplate)
  }
}
