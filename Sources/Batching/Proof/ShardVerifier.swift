internal import Artifacts
public import Conversations
public import Tokenization

/// Checks every row of a shard set in one pass, from what is written: tokens, labels, text and
/// spans. Nothing of the code that made the rows is used.
///
/// Each token's bytes come from the tokenizer, so each token's place in the text is known; the
/// spans say which bytes are whose. From the two follows what every label must be:
///
///     text     …assistant\n ನಮಸ್ಕಾರ <|im_end|> \n
///     spans    header       content  end      separator
///     must be  −100         token    token    −100        (supervised spans: content and end)
///
/// A token that lies across a border must be supervised only under `as_transformers`. What the set
/// says of itself is checked too: counts, ledger, list of dropped conversations, digests, and the
/// files by which other tools know it. Memory does not grow with the set.
public struct ShardVerifier: Sendable {
  private let tokenizer: any Tokenizer
  private let threads: Int
  /// The token that fills batches up, if it is known.
  private let padding: String?

  /// What was found.
  public struct Report: Sendable, Equatable {
    /// The counts, with the digests of the files as they were read.
    public var proof: SupervisionProof
    /// The first faults, in the order of the rows; at most `mostExamples`.
    public var examples: [Example]
    /// What is wrong with the set as a whole: files or counts that are not what the manifest says.
    public var problems: [String]
    /// What is no fault, but should be known.
    public var notices: [String]
  }

  /// A fault in a row.
  public struct Example: Sendable, Equatable, CustomStringConvertible {
    /// The split.
    public var split: Split
    /// The row's number, counted from 0.
    public var row: Int
    /// The conversation's ID.
    public var id: String
    /// What is wrong.
    public var fault: SupervisionProof.Fault
    /// Where, in words.
    public var detail: String
    /// The tokens around the fault, if it has a place.
    public var excerpt: LabelExcerpt?

    /// `train row 17 (friday-3): supervised_header: token 4 …`.
    public var description: String {
      "\(split.rawValue) row \(row) (\(TerminalText.line(id))): \(fault.rawValue): \(detail)"
    }
  }

  /// How many faults are told one by one.
  public static let mostExamples = 20

  /// A verifier.
  ///
  /// - Parameters:
  ///   - tokenizer: the tokenizer that the set was made with.
  ///   - padding: the text of the token that fills batches up, if it is known.
  public init(tokenizer: any Tokenizer, threads: Int = 1, padding: String? = nil) {
    self.tokenizer = tokenizer
    self.threads = max(1, threads)
    self.padding = padding
  }

  /// Checks every row.
  ///
  /// - Parameter conversations: the files that the set was made of, in order, to compare the rows'
  ///   text with; `nil` leaves that out.
  /// - Throws: `checkFailed` if the tokenizer is not the set's; `missingFile`, `malformed` for the
  ///   files of conversations.
  public func verify(_ set: ShardSet, conversations: [String]? = nil) throws -> Report {
    try verify(set, conversations: conversations, digests: nil)
  }

  /// Checks every row.
  ///
  /// - Parameter digests: those of the files by their paths, where whoever calls has just made them
  ///   of what it wrote; `nil` makes them of what is there.
  func verify(
    _ set: ShardSet, conversations: [String]?, digests: [String: Digest]?
  ) throws -> Report {
    guard tokenizer.digest == set.manifest.tokenizerDigest else {
      throw AksharaError(
        .checkFailed,
        "the set was made with the tokenizer \(set.manifest.tokenizerDigest), not with "
          + "\(tokenizer.digest)", at: SourceLocation(file: set.path),
        remedy: "name the right one with --tokenizer")
    }
    let checker = RowChecker(set.manifest, tokenizer: tokenizer)
    var report = Report(
      proof: SupervisionProof(rows: 0, faults: [:], files: [:]), examples: [],
      problems: vocabularyProblems(set.manifest), notices: paddingNotices(set.manifest))
    for split in set.splits { try check(split, of: set, by: checker, into: &report) }
    report.proof.unproven = set.manifest.origin?.unproven ?? []
    report.proof.files = digests ?? set.currentDigests(threads: threads)
    report.problems += SetFilesCheck(set, digests: report.proof.files).problems
    if let conversations {
      let comparison = try ConversationComparison(
        set, conversations: conversations, threads: threads)
      report.proof.conversations = comparison.account
      report.problems += comparison.problems
      report.notices += comparison.notices
    }
    return report
  }

  private func check(
    _ split: Split, of set: ShardSet, by checker: RowChecker, into report: inout Report
  ) throws {
    var batches = set.batches(split).makeIterator()
    var first = 0
    var tokens = (all: 0, supervised: 0)
    try OrderedWork.run(
      threads: threads, next: { batches.next() }, work: checker.check,
      consume: { found in
        tokens = (tokens.all + found.tokens.all, tokens.supervised + found.tokens.supervised)
        report.proof.observations.merge(found.observations, uniquingKeysWith: +)
        for (row, id, finding, excerpt) in found.faults {
          report.proof.faults[finding.fault, default: 0] += 1
          guard report.examples.count < Self.mostExamples else { continue }
          report.examples.append(
            Example(
              split: split, row: first + row, id: id, fault: finding.fault,
              detail: finding.detail, excerpt: excerpt))
        }
        first += found.rows
      })
    report.proof.rows += first
    let differences = set.manifest.counts(of: split)?.differences(
      rows: first, tokens: tokens.all, supervised: tokens.supervised)
    report.problems += (differences ?? []).map { "\(split.rawValue): \($0)" }
  }

  private func vocabularyProblems(_ manifest: ShardManifest) -> [String] {
    guard manifest.vocabularyCount != tokenizer.vocabularyCount else { return [] }
    return [
      "the manifest says that the vocabulary has \(manifest.vocabularyCount) tokens, where the "
        + "tokenizer has \(tokenizer.vocabularyCount)"
    ]
  }

  /// Rows hold no padding, and batches know it by its place; but trainers that hide it by its ID
  /// (transformers' `DataCollatorForLanguageModeling`) would hide these ends with it.
  private func paddingNotices(_ manifest: ShardManifest) -> [String] {
    guard let padding, manifest.options.trainOnEOS != .none,
      let template = manifest.templates.first(where: { $0.endOfTurnToken == padding })
    else { return [] }
    return [
      "the tokenizer pads with `\(padding)`, which ends the answers of `\(template.name)`: it is "
        + "trained on here, but trainers that hide padding by its ID would hide it too"
    ]
  }
}
