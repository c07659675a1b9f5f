internal import Artifacts
public import Orthography

/// A change that curation made to the text of a message. Taken back in order, a message's edits give
/// the text that was imported: so a record keeps its original.
public struct MessageEdit: Sendable, Equatable {
  /// The content part that was changed, counted from 1; `nil` where the content is one text.
  public var part: Int?
  /// The change, in bytes of the original.
  public var edit: TextEdit

  /// An edit of a message.
  public init(part: Int? = nil, _ edit: TextEdit) {
    self.part = part
    self.edit = edit
  }
}

extension MessageEdit {
  /// Reads an edit.
  ///
  /// - Throws: `RowFault`.
  init(record json: JSONValue, of subject: String) throws {
    var fields = try FieldReader(json, of: "an edit of \(subject)")
    part = try fields.number("part").map { try Self.count($0, "part", fields, from: 1) }
    let start = try Self.count(try fields.number("start"), "start", fields)
    let end = try Self.count(try fields.number("end"), "end", fields, from: start)
    let before = try fields.requiredString("before")
    let after = try fields.requiredString("after")
    let rules = try fields.required("rules")
    guard let names = rules.array,
      let known = try? names.map({ try SpellingRule(named: $0.string) })
    else { throw fields.wrongType("rules", rules, "give the names of rules, such as nfc") }
    guard end - start == before.utf8.count else {
      throw RowFault(
        .invalidValue, "\(fields.subject) says bytes \(start) to \(end), and `before` has others",
        remedy: "leave the edits as curation wrote them, or remove them")
    }
    try fields.finish()
    edit = TextEdit(range: start..<end, before: before, after: after, rules: known)
  }

  private static func count(
    _ number: Double?, _ key: String, _ fields: FieldReader, from least: Int = 0
  ) throws -> Int {
    guard let number, let count = Int(exactly: number), count >= least else {
      throw RowFault(
        .invalidValue, "\(fields.subject) has no whole number from \(least) as `\(key)`",
        remedy: "leave the edits as curation wrote them, or remove them")
    }
    return count
  }

  /// The edit as JSON.
  var json: JSONValue {
    var object = JSONObject()
    object["part"] = part.map { JSONValue($0) }
    object["start"] = JSONValue(edit.range.lowerBound)
    object["end"] = JSONValue(edit.range.upperBound)
    object["before"] = .string(edit.before)
    object["after"] = .string(edit.after)
    object["rules"] = .array(edit.rules.map { .string($0.rawValue) })
    return .object(object)
  }
}

extension SpellingRule {
  fileprivate init(named name: String?) throws {
    guard let rule = name.flatMap(SpellingRule.init(rawValue:)) else {
      throw RowFault(.invalidValue, "an edit has an unknown rule", remedy: "remove it")
    }
    self = rule
  }
}
