public import Artifacts

/// What was found in a foreign set: what was checked, what could not be, and why.
public struct ForeignReport: Sendable, Equatable {
  /// A fault in a row.
  public struct Example: Sendable, Equatable {
    /// The split's name.
    public var split: String
    /// The row's number, counted from 0.
    public var row: Int
    /// What is wrong.
    public var fault: ForeignFault
    /// Where, in words.
    public var detail: String
    /// The tokens around the fault, if it has a place.
    public var excerpt: LabelExcerpt?
  }

  /// A check that could not be made, and what it lacks.
  public struct Unchecked: Sendable, Equatable {
    /// What was not checked.
    public var check: SupervisionProof.Unproven
    /// Why, and what would help.
    public var reason: String
  }

  /// The set's path.
  public var path: String
  /// The splits with their rows.
  public var splits: [(name: String, rows: Int)] = []
  /// How many samples the rows hold; more than rows where they are packed.
  public var samples = 0
  /// Tokens without padding, and those of them that are trained on.
  public var tokens = (all: 0, supervised: 0)
  /// Rows of which every token is trained on.
  public var wholeRows = 0
  /// Rows that end with padding which no attention mask hides.
  public var openRows = 0
  /// What decides what is trained on.
  public var labelSource = ForeignLabelSource.labels
  /// The template's name, if one is known, and whether it was given or recognized.
  public var template: (name: String, isGiven: Bool)?
  /// Rows with each fault; every fault has an entry.
  public var faults: [ForeignFault: Int]
  /// The first faults, at most `ShardVerifier.mostExamples`.
  public var examples: [Example] = []
  /// What the comparison with conversations found; `nil` if none was made.
  public var comparison: ForeignComparisonCounts?
  /// What could not be checked.
  public var unchecked: [Unchecked] = []
  /// What should be known.
  public var notices: [String] = []

  /// A report on a set of which nothing was checked yet.
  init(path: String) {
    self.path = path
    faults = Dictionary(uniqueKeysWithValues: ForeignFault.allCases.map { ($0, 0) })
  }

  /// Whether no fault was found.
  public var holds: Bool { faults.values.allSatisfy { $0 == 0 } }

  /// Whether no fault was found and nothing was left unchecked; of a set without rows nothing is proven.
  public var isProven: Bool { holds && unchecked.isEmpty && rows > 0 }

  /// How many rows the set has.
  public var rows: Int { splits.reduce(0) { $0 + $1.rows } }

  /// Compares all but the names of tuples' members.
  public static func == (left: ForeignReport, right: ForeignReport) -> Bool {
    left.json == right.json && left.examples == right.examples
  }

  /// The report, a line each.
  public func lines(coloured: Bool) -> [String] {
    func paint(_ text: String, _ colour: String) -> String {
      TerminalColour.paint(text, colour, if: coloured)
    }
    let names = splits.map { "\($0.name) \($0.rows)" }.joined(separator: ", ")
    var lines = [
      "\(path): \(rows) rows (\(names)), \(tokens.all) tokens, \(tokens.supervised) trained on",
      "labels: " + labelText, "template: " + templateText,
    ]
    lines += notices.map { paint("note: \($0)", TerminalColour.notice) }
    if let comparison { lines.append(comparison.summary) }
    for fault in ForeignFault.allCases where faults[fault] ?? 0 > 0 {
      let text = "\(faults[fault] ?? 0) × \(fault.rawValue): \(fault.meaning)"
      lines.append(paint(text, TerminalColour.wrong))
      for example in examples.filter({ $0.fault == fault }).prefix(3) {
        lines.append("    \(example.split) row \(example.row): \(example.detail)")
        if let excerpt = example.excerpt {
          lines.append("        " + excerpt.line(coloured: coloured))
        }
      }
    }
    lines += unchecked.map {
      paint("not checked: \($0.check.rawValue): \($0.reason)", TerminalColour.notice)
    }
    return lines
  }

  private var labelText: String {
    switch labelSource {
    case .labels: "the column `labels`"
    case .masks: "from `completion_mask` and `assistant_masks`, as TRL's collator reads them"
    case .none: "none: trainers train on every token"
    }
  }

  private var templateText: String {
    guard let template else { return "not known" }
    return template.isGiven
      ? template.name : "looks like `\(template.name)` (name it with --template)"
  }

  /// One sentence: whether it is proven.
  public var conclusion: String {
    if isProven { return "\(rows) rows checked: proven" }
    let faulty = faults.values.reduce(0, +)
    if !holds { return "\(rows) rows checked: not proven: \(faulty) faults" }
    if rows == 0 { return "no rows: not proven" }
    let names = unchecked.map(\.check.rawValue).joined(separator: ", ")
    return "\(rows) rows checked: no fault found, but not proven: not checked: \(names)"
  }

  /// The report for programs.
  public var json: JSONValue {
    let counts = ForeignFault.allCases.map { ($0.rawValue, JSONValue(faults[$0] ?? 0)) }
    let examples = examples.map { example -> JSONValue in
      [
        "split": .string(example.split), "row": JSONValue(example.row),
        "fault": .string(example.fault.rawValue), "detail": .string(example.detail),
        "excerpt": example.excerpt?.json ?? .null,
      ]
    }
    return [
      "set": .string(path), "holds": .bool(holds), "proven": .bool(isProven),
      "splits": .object(JSONObject(splits.map { ($0.name, JSONValue($0.rows)) })),
      "rows": JSONValue(rows), "samples": JSONValue(samples),
      "tokens": ["all": JSONValue(tokens.all), "supervised": JSONValue(tokens.supervised)],
      "rows_trained_on_whole": JSONValue(wholeRows), "labels": .string(labelSource.rawValue),
      "template": template.map {
        ["name": .string($0.name), "given": .bool($0.isGiven)]
      } ?? .null,
      "faults": .object(JSONObject(counts)), "examples": .array(examples),
      "conversations": comparison?.json ?? .null,
      "unchecked": .array(
        unchecked.map { ["check": .string($0.check.rawValue), "reason": .string($0.reason)] }),
      "notices": .array(notices.map { .string($0) }),
    ]
  }

  /// Refuses what was found.
  ///
  /// - Throws: `checkFailed` if there are faults, or no rows.
  public func requireNoFaults() throws {
    if rows == 0 {
      throw AksharaError(
        .checkFailed, "the set has no rows", at: SourceLocation(file: path),
        remedy: "look at what made the set")
    }
    guard !holds else { return }
    let count = faults.values.reduce(0, +)
    throw AksharaError(
      .checkFailed, "\(count) faults in \(rows) rows", at: SourceLocation(file: path),
      remedy: "mend what made the set, or make it with `akshara shard`")
  }
}
