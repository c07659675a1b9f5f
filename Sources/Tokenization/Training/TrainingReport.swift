import Artifacts

/// What a training was fed and what it made.
public struct TrainingReport: Sendable, Equatable {
  /// A source of text.
  public struct Source: Sendable, Equatable {
    /// The language, or the file.
    public var name: String
    /// The bytes that were consumed.
    public var byteCount: Int
    /// How much each of its words counted; only the ratios between sources matter.
    public var weight: Int
  }

  /// The tokens, special ones and bytes included.
  public var tokenCount: Int
  /// The merges.
  public var mergeCount: Int
  /// How many of them, the first ones, only make aksharas and their parts.
  public var aksharaMergeCount: Int
  /// How often the pair of the last merge stood in the text, times the weights.
  public var lastFrequency: Int
  /// The different words that were learned from.
  public var wordCount: Int
  /// Where the text came from.
  public var sources: [Source]

  /// The bytes of all sources.
  public var byteCount: Int { sources.reduce(0) { $0 + $1.byteCount } }

  /// The same for programs.
  public var json: JSONValue {
    [
      "tokens": JSONValue(tokenCount), "merges": JSONValue(mergeCount),
      "akshara_merges": JSONValue(aksharaMergeCount),
      "last_frequency": JSONValue(lastFrequency), "words": JSONValue(wordCount),
      "bytes": JSONValue(byteCount),
      "sources": .array(
        sources.map {
          [
            "name": .string($0.name), "bytes": JSONValue($0.byteCount),
            "weight": JSONValue($0.weight),
          ]
        }),
    ]
  }
}
