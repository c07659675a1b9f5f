public import Artifacts

/// What a file is, and what an import would make of it.
public struct Inspection: Sendable {
  /// Who speaks, and how often.
  public struct Speaker: Sendable, Equatable {
    /// The character's name; the role in data sets without names.
    public var name: String
    /// How many speeches or messages.
    public var lines: Int
  }

  /// A record that would be set aside.
  public struct Dropped: Sendable, Equatable {
    /// The line on which it begins.
    public var line: Int
    /// The stable reason.
    public var reason: String
    /// What is wrong, and how to mend it.
    public var detail: String
  }

  /// The file as the user named it.
  public var path: String
  /// Its format.
  public var kind: ImportKind
  /// What speaks for the format.
  public var reasons: [String] = []
  /// What speaks against it; empty if it is sure.
  public var doubts: [String] = []
  /// How it is compressed: `none`, `gzip`, `zstd`.
  public var compression: String
  /// How its characters are written.
  public var encoding: String
  /// Conversations by language, the most frequent first.
  public var languages: [(tag: String, conversations: Int)] = []
  /// Who speaks; whoever speaks most comes first.
  public var cast: [Speaker] = []
  /// The first three conversations.
  public var samples: [Conversation] = []
  /// The first records that would be set aside.
  public var dropped: [Dropped] = []
  /// What would become of the records.
  public var report: ImportReport
  /// How many records were looked at, if there may be more.
  public var lookedAt: Int?
  /// What would end the import.
  public var stop: AksharaError?
  /// Whether no assistant was chosen, so that the samples take each scene's last speaker.
  public var needsAssistant = false

  /// The inspection as JSON (`schemas/inspection.schema.json`).
  public var json: JSONValue {
    var object: JSONObject = [
      "path": .string(path), "kind": .string(kind.rawValue),
      "reasons": .array(reasons.map(JSONValue.string)),
      "doubts": .array(doubts.map(JSONValue.string)), "compression": .string(compression),
      "encoding": .string(encoding),
      "languages": .object(
        JSONObject(languages.map { ($0.tag, JSONValue($0.conversations)) })),
      "cast": .array(cast.map { ["name": .string($0.name), "lines": JSONValue($0.lines)] }),
      "samples": .array(samples.map(\.json)),
      "dropped": .array(
        dropped.map {
          [
            "line": JSONValue($0.line), "reason": .string($0.reason), "detail": .string($0.detail),
          ]
        }),
      "report": report.json, "needs_assistant": .bool(needsAssistant),
    ]
    object["looked_at"] = lookedAt.map { JSONValue($0) } ?? .null
    object["stop"] = stop.map { .string($0.description) } ?? .null
    return .object(object)
  }
}
