public import Artifacts

/// What was checked about the labels of every row, and how often each check failed.
///
/// The proof holds if every count of faults is zero and it covers the rows that are there: it
/// names the digests of the files it was made from, so a changed file breaks it. What could not be
/// checked is named in it (`unproven`), so that nobody takes it for more than it is.
public struct SupervisionProof: Sendable, Equatable {
  /// A way in which a row can be wrong. `docs/LABELS.md` says what each means.
  public enum Fault: String, Sendable, CaseIterable {
    /// A row trains on nothing.
    case noSupervisedToken = "no_supervised_token"
    /// A supervised answer whose end token is missing or not supervised, or supervised though the
    /// options say otherwise.
    case unsupervisedEndOfTurn = "unsupervised_end_of_turn"
    /// A supervised answer that ends with another token than its template's.
    case wrongEndOfTurn = "wrong_end_of_turn"
    /// A header or separator is trained on.
    case supervisedHeader = "supervised_header"
    /// A token is supervised where the bytes are no answer's, or not where they are.
    case supervisedTextDiffers = "supervised_text_differs"
    /// The tokens do not decode to the rendered text.
    case textDiffersFromTokens = "text_differs_from_tokens"
    /// A token lies across an answer's border though texts are cut there.
    case tokenAcrossBorder = "token_across_border"
    /// A label that is neither the token nor the ignore index.
    case labelDiffersFromToken = "label_differs_from_token"
    /// The begin token stands twice, or not first.
    case misplacedBeginToken = "misplaced_begin_token"
    /// A control token that the template did not write.
    case controlTokenFromData = "control_token_from_data"
    /// A template that the manifest does not know.
    case unknownTemplate = "unknown_template"
    /// A token ID outside the vocabulary.
    case tokenOutsideVocabulary = "token_outside_vocabulary"
    /// A row without tokens, or longer than the maximum length.
    case wrongLength = "wrong_length"
    /// An attention mask that hides a token.
    case hiddenToken = "hidden_token"
    /// Spans that leave out, or hold twice, a token or a byte of the text.
    case spansDoNotCover = "spans_do_not_cover"
    /// A supervised span whose weight is not a number above 0.
    case wrongWeight = "wrong_weight"
  }

  /// What a check found that is no fault, but must not pass unseen.
  public enum Observation: String, Sendable, CaseIterable {
    /// A row whose text the tokenizer's normalizer spells otherwise: canonically equivalent.
    case normalizedText = "normalized_text"
    /// A row whose last answer was cut, and has no end token.
    case cutAnswer = "cut_answer"
  }

  /// A check that could not be made, because what it needs was not at hand.
  public enum Unproven: String, Sendable, CaseIterable {
    /// Whether the text is that of the conversations.
    case originalText = "original_text"
    /// Which bytes are a message's and which its template's: spans were made from labels.
    case messageBorders = "message_borders"
    /// Whether control tokens came from the template or from data.
    case controlTokens = "control_tokens"
  }

  /// How many rows were checked.
  public var rows: Int
  /// Faults found; every fault has an entry, 0 if none.
  public var faults: [Fault: Int]
  /// Observations made; every one has an entry, 0 if none.
  public var observations: [Observation: Int]
  /// What could not be checked, in the order of `Unproven.allCases`.
  public var unproven: [Unproven]
  /// What a comparison with the conversations found; `nil` if none was made.
  public var conversations: ConversationAccount?
  /// The digest of each data file, by its path inside the shard set.
  public var files: [String: Digest]

  /// A proof over `rows` rows of `files`.
  public init(
    rows: Int, faults: [Fault: Int], observations: [Observation: Int] = [:],
    unproven: [Unproven] = [], conversations: ConversationAccount? = nil, files: [String: Digest]
  ) {
    self.rows = rows
    self.faults = Dictionary(uniqueKeysWithValues: Fault.allCases.map { ($0, faults[$0] ?? 0) })
    self.observations = Dictionary(
      uniqueKeysWithValues: Observation.allCases.map { ($0, observations[$0] ?? 0) })
    self.unproven = Unproven.allCases.filter(unproven.contains)
    self.conversations = conversations
    self.files = files
  }

  /// Whether no fault was found.
  public var holds: Bool { faults.values.allSatisfy { $0 == 0 } }
}

extension SupervisionProof {
  /// Reads a proof from a manifest; `nil` if a count or a digest is missing or not as it should be,
  /// or `holds` is not what the counts say.
  public init?(json: JSONValue) {
    guard let rows = json["rows"]?.natural, let digests = json["files"]?.object,
      let faults = Self.counts(json["faults"], Fault.self),
      let observations = Self.counts(json["observations"], Observation.self),
      let names = json["unproven"]?.array
    else { return nil }
    let unproven = names.compactMap { $0.string.flatMap(Unproven.init(rawValue:)) }
    guard unproven.count == names.count else { return nil }
    var files: [String: Digest] = [:]
    for pair in digests.pairs {
      guard let digest = pair.value.string.flatMap({ Digest($0) }) else { return nil }
      files[pair.key] = digest
    }
    var account: ConversationAccount?
    if let value = json["conversations"], value != .null {
      guard let read = ConversationAccount(json: value) else { return nil }
      account = read
    }
    self.init(
      rows: rows, faults: faults, observations: observations, unproven: unproven,
      conversations: account, files: files)
    guard json["holds"]?.bool == holds else { return nil }
  }

  /// The counts of every case; `nil` if one is missing or below 0.
  private static func counts<Name: CaseIterable & Hashable & RawRepresentable<String>>(
    _ json: JSONValue?, _ type: Name.Type
  ) -> [Name: Int]? {
    var counts: [Name: Int] = [:]
    for name in Name.allCases {
      guard let count = json?[name.rawValue]?.natural else { return nil }
      counts[name] = count
    }
    return counts
  }

  /// The proof as written into a manifest.
  public var json: JSONValue {
    let faults = Fault.allCases.map { ($0.rawValue, JSONValue(self.faults[$0] ?? 0)) }
    let observations = Observation.allCases.map {
      ($0.rawValue, JSONValue(self.observations[$0] ?? 0))
    }
    let digests = files.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { ($0.key, JSONValue.string($0.value.description)) }
    return [
      "rows": JSONValue(rows), "holds": .bool(holds), "faults": .object(JSONObject(faults)),
      "observations": .object(JSONObject(observations)),
      "unproven": .array(unproven.map { .string($0.rawValue) }),
      "conversations": conversations?.json ?? .null, "files": .object(JSONObject(digests)),
    ]
  }
}

extension JSONValue {
  /// The integer, if this is one of 0 or more.
  var natural: Int? { integer.flatMap { $0 >= 0 ? Int($0) : nil } }
}
