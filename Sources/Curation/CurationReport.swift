public import Artifacts
internal import Conversations

/// What became of the conversations that curation read: `read = kept + dropped`.
public struct CurationReport: Sendable, Equatable {
  /// Records read.
  public var read = 0
  /// Conversations kept.
  public var kept = 0
  /// Records dropped, by reason.
  public var reasons: [DropReason: Int] = [:]
  /// Kept conversations whose text normalization changed.
  public var normalized = 0
  /// The edits in them, by rule; one edit may have several.
  public var edits: [String: Int] = [:]
  /// Kept conversations whose identifier another one had.
  public var renamed = 0
  /// Kept conversations whose last message is a user's: the answers before it are trained on.
  public var endingUnanswered = 0
  /// Rejected conversations that were not in the input; `nil` without a file of verdicts.
  public var rejectedUnseen: Int?
  /// Kept conversations by language; `und` where none is stated.
  public var languages: [String: Int] = [:]
  /// Kept conversations by side of the split.
  public var splits: [String: Int] = [:]
  /// Groups by side of the split.
  public var groups: [String: Int] = [:]
  /// The files read, with their digests, in order.
  public var inputs: [(file: String, digest: Digest)] = []

  /// A report of nothing.
  public init() {}

  /// Records dropped.
  public var dropped: Int { reasons.values.reduce(0, +) }

  /// Whether every record is accounted for, in every table.
  public var addsUp: Bool {
    read == kept + dropped && languages.values.reduce(0, +) == kept
      && splits.values.reduce(0, +) == kept
  }

  /// The report as JSON; reasons and languages in the order of their names.
  public var json: JSONValue {
    guard let rejectedUnseen else { return .object(counts) }
    var counts = counts
    counts["rejected_unseen"] = JSONValue(rejectedUnseen)
    return .object(counts)
  }

  private var counts: JSONObject {
    [
      "in": JSONValue(read), "kept": JSONValue(kept), "dropped": JSONValue(dropped),
      "reasons": Self.table(reasons.map { ($0.key.rawValue, $0.value) }),
      "changed": [
        "normalized": JSONValue(normalized), "renamed": JSONValue(renamed),
        "edits": Self.table(edits.map { ($0.key, $0.value) }),
      ],
      "ending_unanswered": JSONValue(endingUnanswered),
      "languages": Self.table(languages.map { ($0.key, $0.value) }),
      "splits": Self.sides(splits), "groups": Self.sides(groups),
      "inputs": .array(
        inputs.map { ["file": .string($0.file), "digest": .string($0.digest.description)] }),
    ]
  }

  /// The report as one line.
  public var summary: String {
    let sorted = reasons.sorted { $0.key.rawValue < $1.key.rawValue }
    let list = sorted.map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
    let sides = Split.allCases.compactMap { split in
      splits[split.rawValue].map { "\(split.rawValue) \($0)" }
    }
    return "in \(read), kept \(kept), dropped \(dropped)" + (list.isEmpty ? "" : " (\(list))")
      + (sides.isEmpty ? "" : "; " + sides.joined(separator: ", "))
      + (endingUnanswered == 0 ? "" : "; \(endingUnanswered) end with an unanswered question")
      + ((rejectedUnseen ?? 0) == 0
        ? "" : "; \(rejectedUnseen ?? 0) rejected by their IDs were not in the input")
  }

  /// Whether two reports say the same.
  public static func == (left: CurationReport, right: CurationReport) -> Bool {
    left.json == right.json
  }

  private static func table(_ counts: [(String, Int)]) -> JSONValue {
    let sorted = counts.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    return .object(JSONObject(sorted.map { ($0.0, JSONValue($0.1)) }))
  }

  private static func sides(_ counts: [String: Int]) -> JSONValue {
    .object(
      JSONObject(Split.allCases.map { ($0.rawValue, JSONValue(counts[$0.rawValue] ?? 0)) }))
  }
}
