public import Artifacts

/// What was checked about the labels of every row, and how often each check failed.
///
/// The proof holds if every count of faults is zero and it covers the rows that are there: it
/// names the digests of the data files it was made from, so a changed file breaks it.
public struct SupervisionProof: Sendable, Equatable {
  /// A way in which a row can be wrong.
  public enum Fault: String, Sendable, CaseIterable {
    /// A row trains on nothing.
    case noSupervisedToken = "no_supervised_token"
    /// A supervised answer whose end token is not supervised.
    case unsupervisedEndOfTurn = "unsupervised_end_of_turn"
    /// A header or separator is trained on.
    case supervisedHeader = "supervised_header"
    /// The supervised tokens do not decode to the bytes attributed to the answers.
    case supervisedTextDiffers = "supervised_text_differs"
    /// A label that is neither the token nor the ignore index.
    case labelDiffersFromToken = "label_differs_from_token"
    /// The begin token stands twice, or not first.
    case misplacedBeginToken = "misplaced_begin_token"
    /// A control token that the template did not write.
    case controlTokenFromData = "control_token_from_data"
    /// A token ID outside the vocabulary.
    case tokenOutsideVocabulary = "token_outside_vocabulary"
    /// A row longer than the maximum length, or of unequal columns.
    case wrongLength = "wrong_length"
    /// Spans that leave out, or hold twice, a token or a byte of the text.
    case spansDoNotCover = "spans_do_not_cover"
  }

  /// How many rows were checked.
  public var rows: Int
  /// Faults found; every fault has an entry, 0 if none.
  public var faults: [Fault: Int]
  /// The digest of each data file, by its path inside the shard set.
  public var files: [String: Digest]

  /// A proof over `rows` rows of `files`.
  public init(rows: Int, faults: [Fault: Int], files: [String: Digest]) {
    self.rows = rows
    self.faults = Dictionary(uniqueKeysWithValues: Fault.allCases.map { ($0, faults[$0] ?? 0) })
    self.files = files
  }

  /// Reads a proof from a manifest; `nil` if a count or a digest is missing or not as it should be,
  /// or `holds` is not what the counts say.
  public init?(json: JSONValue) {
    guard let rows = json["rows"]?.integer, rows >= 0, let digests = json["files"]?.object else {
      return nil
    }
    self.rows = Int(rows)
    faults = [:]
    for fault in Fault.allCases {
      guard let count = json["faults"]?[fault.rawValue]?.integer, count >= 0 else { return nil }
      faults[fault] = Int(count)
    }
    files = [:]
    for pair in digests.pairs {
      guard let digest = pair.value.string.flatMap({ Digest($0) }) else { return nil }
      files[pair.key] = digest
    }
    guard json["holds"]?.bool == holds else { return nil }
  }

  /// Whether no fault was found.
  public var holds: Bool { faults.values.allSatisfy { $0 == 0 } }

  /// The proof as written into a manifest.
  public var json: JSONValue {
    let counts = Fault.allCases.map { ($0.rawValue, JSONValue(faults[$0] ?? 0)) }
    let digests = files.sorted { $0.key < $1.key }
      .map { ($0.key, JSONValue.string($0.value.description)) }
    return [
      "rows": JSONValue(rows), "holds": .bool(holds),
      "faults": .object(JSONObject(counts)), "files": .object(JSONObject(digests)),
    ]
  }
}
