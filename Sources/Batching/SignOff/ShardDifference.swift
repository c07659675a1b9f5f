public import Artifacts
internal import Conversations
internal import Tokenization

/// Which rows of two shard sets differ in what is trained on, and why.
///
/// Rows are matched by their conversations' IDs, wherever they stand; windows of one conversation in
/// their order. Of the new set an index of hashes is kept, about 40 bytes a row; rows themselves are
/// read one by one.
public struct ShardDifference: Sendable {
  /// Why a row is not what it was.
  public enum Reason: String, Sendable, CaseIterable {
    /// What a message says is another text.
    case textChanged = "text_changed"
    /// The messages say the same, but the template writes other text around them.
    case template
    /// A message is missing in one of the two, or one of the rows ends inside of it.
    case truncation
    /// The same text as other tokens: another tokenizer, or another rule for borders.
    case tokenizer
    /// The same tokens with other labels: other messages, ends or parts are trained on.
    case trainOn = "train_on"
    /// The same labels with other weights.
    case weights
    /// The same row in another split.
    case split
    /// The conversation is only in the old set.
    case onlyInOld = "only_in_old"
    /// The conversation is only in the new set.
    case onlyInNew = "only_in_new"
  }

  /// A row that differs.
  public struct Example: Sendable, Equatable {
    /// The conversation's ID.
    public var id: String
    /// Why.
    public var reason: Reason
    /// Where, in words.
    public var detail: String
  }

  /// Rows that are the same in both.
  public private(set) var unchanged = 0
  /// Rows that differ, by reason; every reason has an entry.
  public private(set) var counts: [Reason: Int]
  /// The first rows of each reason.
  public private(set) var examples: [Example] = []
  /// How the two manifests differ: tokenizer, templates, options.
  public private(set) var settings: [String] = []

  /// Whether both sets were made with the same templates, in the same order.
  private let hasSameTemplates: Bool

  /// So many rows of each reason are told one by one.
  private static let mostExamples = 10

  /// A row's place.
  private struct Place {
    let split: Split
    let row: Int
  }

  /// Compares two sets.
  ///
  /// - Throws: `malformed` if a row cannot be read.
  public init(from old: ShardSet, to new: ShardSet) throws {
    counts = Dictionary(uniqueKeysWithValues: Reason.allCases.map { ($0, 0) })
    settings = Self.settings(old.manifest, new.manifest)
    hasSameTemplates = old.manifest.templates == new.manifest.templates
    var index: [UInt64: [Place]] = [:]
    for split in new.splits {
      Self.forEachID(of: new, split) { row, id in
        index[Self.hash(id), default: []].append(Place(split: split, row: row))
      }
    }
    var taken: [UInt64: Int] = [:]
    for split in old.splits {
      for row in 0..<old.rowCount(split) {
        let record = try old.record(split, row)
        let key = Self.hash(record.sample.conversationID)
        let number = taken[key] ?? 0
        guard let places = index[key], number < places.count else {
          note(.onlyInOld, record.sample.conversationID, "\(split.rawValue) row \(row)")
          continue
        }
        taken[key] = number + 1
        let other = try new.record(places[number].split, places[number].row)
        compare(
          record, split, other, places[number].split, sameTokenizer: old.hasTokenizer(of: new))
      }
    }
    for split in new.splits {
      var seen: [(Int, String)] = []
      Self.forEachID(of: new, split) { row, id in
        let key = Self.hash(id)
        guard let places = index[key],
          let place = places.firstIndex(where: {
            $0.split == split && $0.row == row
          }), place >= taken[key] ?? 0
        else { return }
        seen.append((row, id))
      }
      for (row, id) in seen { note(.onlyInNew, id, "\(split.rawValue) row \(row)") }
    }
  }

  private static func forEachID(of set: ShardSet, _ split: Split, _ body: (Int, String) -> Void) {
    var first = 0
    for batch in set.batches(split) {
      for row in 0..<batch.rowCount { body(first + row, batch.id(row)) }
      first += batch.rowCount
    }
  }

  /// FNV-1a. Source: Fowler, Noll and Vo, RFC 9923.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }

  private mutating func note(_ reason: Reason, _ id: String, _ detail: String) {
    counts[reason, default: 0] += 1
    guard counts[reason] ?? 0 <= Self.mostExamples else { return }
    examples.append(Example(id: id, reason: reason, detail: detail))
  }

  // MARK: Two rows

  private mutating func compare(
    _ old: ShardRecord, _ oldSplit: Split, _ new: ShardRecord, _ newSplit: Split,
    sameTokenizer: Bool
  ) {
    let (left, right) = (old.sample, new.sample)
    let id = left.conversationID
    if left.inputIDs == right.inputIDs && left.labels == right.labels {
      if left.tokenRow.weights != right.tokenRow.weights {
        return note(.weights, id, "other weights in the loss")
      }
      if oldSplit != newSplit {
        return note(.split, id, "\(oldSplit.rawValue) → \(newSplit.rawValue)")
      }
      unchanged += 1
      return
    }
    if left.inputIDs == right.inputIDs {
      let token = zip(left.labels, right.labels).prefix { $0 == $1 }.count
      let word = left.labels[token] == ignoreIndex ? "now trained on" : "no longer trained on"
      return note(
        .trainOn, id,
        "token \(token) is \(word) (\(left.supervisedCount) → \(right.supervisedCount) tokens)")
    }
    if left.text.utf8.elementsEqual(right.text.utf8) {
      let token = zip(left.inputIDs, right.inputIDs).prefix { $0 == $1 }.count
      let why = sameTokenizer ? "cut into other tokens" : "another tokenizer"
      return note(
        .tokenizer, id,
        "\(why), from token \(token) on (\(left.inputIDs.count) → \(right.inputIDs.count) tokens)")
    }
    compareText(left, right)
  }

  private mutating func compareText(_ left: LabeledSample, _ right: LabeledSample) {
    let (before, after) = (Self.said(left), Self.said(right))
    let id = left.conversationID
    let messages = Set(before.keys).union(after.keys).sorted()
    guard let message = messages.first(where: { before[$0] != after[$0] }) else {
      if hasSameTemplates, let count = Self.cut(left, right) {
        return note(.truncation, id, "one of the rows ends \(count) bytes before the other")
      }
      let names = left.template == right.template ? "" : ": \(left.template) → \(right.template)"
      return note(.template, id, "the text around the messages changed\(names)")
    }
    guard let old = before[message], let new = after[message] else {
      return note(
        .truncation, id,
        "message \(message) is \(before[message] == nil ? "not in the old" : "not in the new") row")
    }
    let isOldShort = old.count < new.count
    let (short, long) = isOldShort ? (old, new) : (new, old)
    if (isOldShort ? left : right).endsInside(of: message), long.starts(with: short) {
      return note(
        .truncation, id, "message \(message) has \(old.count) → \(new.count) bytes")
    }
    // A template may trim what another leaves as it is.
    let word = "message \(message) is written with other white space at its ends"
    if left.template != right.template, Self.trimmed(old) == Self.trimmed(new) {
      return note(.template, id, "\(word): \(left.template) → \(right.template)")
    }
    let byte = zip(old, new).prefix { $0 == $1 }.count
    note(
      .textChanged, id,
      "message \(message), byte \(byte): `\(Self.excerpt(of: old, at: byte))` → "
        + "`\(Self.excerpt(of: new, at: byte))`")
  }

  private static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    bytes[bytes.withUnsafeBytes { PythonWhitespace.range(of: $0, .both) }]
  }

  /// Some characters of a text, from a little before an offset on; none is cut in two.
  ///
  /// - Complexity: O(n) in the offset.
  static func excerpt(of bytes: [UInt8], at byte: Int) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    let place =
      text.utf8.index(text.startIndex, offsetBy: byte, limitedBy: text.endIndex) ?? text.endIndex
    // Where the character at the offset begins, and a few before it.
    var starts: [String.Index] = []
    for index in text.indices {
      if index > place { break }
      if starts.count > mostBefore { starts.removeFirst() }
      starts.append(index)
    }
    let start = starts.first ?? text.startIndex
    let shown = String(text[start...].prefix(mostCharacters))
    // A character may have any number of marks.
    return TerminalText.line(String(shown.unicodeScalars.prefix(4 * mostCharacters)))
  }

  /// How many bytes one row is shorter, if it is the other's beginning.
  private static func cut(_ left: LabeledSample, _ right: LabeledSample) -> Int? {
    let counts = (left.text.utf8.count, right.text.utf8.count)
    let (short, long) = counts.0 < counts.1 ? (left, right) : (right, left)
    guard long.text.utf8.starts(with: short.text.utf8) else { return nil }
    return abs(counts.0 - counts.1)
  }

  /// So many characters are shown of a text, and so many of them before the place.
  private static let (mostCharacters, mostBefore) = (20, 4)

  /// What each message says in a row.
  private static func said(_ sample: LabeledSample) -> [Int: [UInt8]] {
    let text = Array(sample.text.utf8)
    var said: [Int: [UInt8]] = [:]
    for span in sample.spans where span.kind.isSaid {
      guard let message = span.message else { continue }
      said[message, default: []] += text[span.bytes.clamped(to: text.indices)]
    }
    return said
  }

  // MARK: Settings

  private static func settings(_ old: ShardManifest, _ new: ShardManifest) -> [String] {
    var lines: [String] = []
    if old.tokenizerDigest != new.tokenizerDigest {
      lines.append("tokenizer: \(old.tokenizerDigest) → \(new.tokenizerDigest)")
    }
    func names(_ manifest: ShardManifest) -> String {
      manifest.templates.map { "\($0.name) \($0.digest)" }.joined(separator: ", ")
    }
    if names(old) != names(new) { lines.append("templates: \(names(old)) → \(names(new))") }
    guard let before = old.options.json.object, let after = new.options.json.object else {
      return lines
    }
    for key in before.keys where before[key] != after[key] {
      let text = [before[key], after[key]].map { $0?.compactString ?? "none" }
      lines.append("\(key): \(text[0]) → \(text[1])")
    }
    return lines
  }

  // MARK: Reports

  /// Whether nothing differs that a training would see.
  public var isEmpty: Bool { counts.values.allSatisfy { $0 == 0 } }

  /// The differences, a line each.
  public var lines: [String] {
    var lines = settings
    for reason in Reason.allCases where counts[reason] ?? 0 > 0 {
      lines.append("\(counts[reason] ?? 0) × \(reason.rawValue)")
      lines += examples.filter { $0.reason == reason }
        .map { "    \(TerminalText.line($0.id)): \($0.detail)" }
    }
    return lines + ["\(unchanged) rows are the same"]
  }

  /// The differences for programs.
  public var json: JSONValue {
    let counts = Reason.allCases.map { ($0.rawValue, JSONValue(self.counts[$0] ?? 0)) }
    return [
      "same": .bool(isEmpty), "unchanged": JSONValue(unchanged),
      "changed": .object(JSONObject(counts)),
      "settings": .array(settings.map { .string($0) }),
      "examples": .array(
        examples.map {
          [
            "id": .string($0.id), "reason": .string($0.reason.rawValue),
            "detail": .string($0.detail),
          ]
        }),
    ]
  }
}

extension ShardSet {
  fileprivate func hasTokenizer(of other: ShardSet) -> Bool {
    manifest.tokenizerDigest == other.manifest.tokenizerDigest
  }
}
