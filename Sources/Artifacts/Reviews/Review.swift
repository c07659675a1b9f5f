/// What somebody thinks of a conversation after looking at it.
public struct Review: Sendable, Equatable {
  /// Whether it may be trained on.
  public enum Verdict: String, Sendable, CaseIterable {
    /// It may.
    case accept
    /// It may not: `akshara curate --verdicts` drops it.
    case reject
  }

  /// The verdict; `nil` if there is none, or it was taken back.
  public var verdict: Verdict?
  /// A note; `nil` if there is none.
  public var note: String?

  /// A review.
  public init(verdict: Verdict? = nil, note: String? = nil) {
    self.verdict = verdict
    self.note = note
  }

  /// Whether nothing is said.
  public var isEmpty: Bool { verdict == nil && note == nil }
}

/// One change of a review: a line of a review file.
///
///     {"id": "friday-3", "verdict": "reject", "set": "sha256:…", "by": "asha", "time": "2026-01-31T09:30:00Z"}
///     {"id": "friday-3", "note": "ends in the middle", "by": "asha", "time": "2026-01-31T09:31:10Z"}
///     {"id": "friday-3", "verdict": null, …}      takes the verdict back
///
/// A line says what changes and nothing else, so that two people who change different things of one
/// conversation do not undo each other.
public struct ReviewChange: Sendable, Equatable {
  /// A new value, or none: what is not changed is absent.
  public enum Field<Value: Sendable & Equatable>: Sendable, Equatable {
    /// It stays.
    case unchanged
    /// It becomes this; `nil` takes it back.
    case set(Value?)
  }

  /// The conversation.
  public var id: String
  /// The verdict.
  public var verdict: Field<Review.Verdict>
  /// The note.
  public var note: Field<String>
  /// The digest of the set that was looked at.
  public var set: String?
  /// Who looked.
  public var by: String?
  /// When, in ISO 8601.
  public var time: String?

  /// The longest note, in bytes.
  public static let longestNote = 4096

  /// A change.
  public init(
    id: String, verdict: Field<Review.Verdict> = .unchanged, note: Field<String> = .unchanged,
    set: String? = nil, by: String? = nil, time: String? = nil
  ) {
    self.id = id
    self.verdict = verdict
    self.note = note
    self.set = set
    self.by = by
    self.time = time
  }

  /// Reads a line.
  ///
  /// - Throws: `malformed` for an ID that is missing, or a verdict or note that cannot be.
  public init(json: JSONValue, at location: SourceLocation? = nil) throws {
    func refuse(_ problem: String) -> AksharaError {
      AksharaError(
        .malformed, problem, at: location,
        remedy: "a line is {\"id\": …, \"verdict\": \"accept\", \"reject\" or null, \"note\": …}")
    }
    guard let id = json["id"]?.string, !id.isEmpty else {
      throw refuse("the review names no conversation")
    }
    self.init(id: id, set: json["set"]?.string, by: json["by"]?.string, time: json["time"]?.string)
    switch json["verdict"] {
    case nil: break
    case .null?: verdict = .set(nil)
    case let value?:
      guard let known = value.string.flatMap(Review.Verdict.init(rawValue:)) else {
        throw refuse("the verdict is \(value.compactString)")
      }
      verdict = .set(known)
    }
    switch json["note"] {
    case nil: break
    case .null?: note = .set(nil)
    case let value?:
      guard let text = value.string, text.utf8.count <= Self.longestNote else {
        throw refuse("the note is no text of at most \(Self.longestNote) bytes")
      }
      note = .set(text.isEmpty ? nil : text)
    }
  }

  /// The change as a line holds it.
  public var json: JSONValue {
    var object: JSONObject = ["id": .string(id)]
    if case .set(let verdict) = verdict {
      object["verdict"] = verdict.map { .string($0.rawValue) } ?? .null
    }
    if case .set(let note) = note { object["note"] = note.map { .string($0) } ?? .null }
    for (key, value) in [("set", set), ("by", by), ("time", time)] {
      if let value { object[key] = .string(value) }
    }
    return .object(object)
  }
}
