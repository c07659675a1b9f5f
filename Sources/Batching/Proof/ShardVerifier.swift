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
    /// How many there are; the last of `problems` may stand for many.
    public var problemCount: Int
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
  ///   files of conversations; `invalidOption` if they are given for rows of another tool's set.
  public func verify(_ set: ShardSet, conversations: [String]? = nil) throws -> Report {
    try requireTokenizer(of: set.manifest, at: set.path)
    if conversations != nil { try Self.requireOrder(of: set) }
    let checker = RowChecker(set.manifest, tokenizer: tokenizer)
    var report = report(
      on: set.manifest, in: set.path, digests: set.currentDigests(threads: threads),
      findings: try set.splits.map { try findings(in: $0, of: set, by: checker) })
    if let conversations {
      let comparison = try ConversationComparison(
        set, conversations: conversations, threads: threads)
      report.proof.conversations = comparison.account
      report.problems += comparison.problems
      report.problemCount += comparison.problemCount
      report.notices += comparison.notices
    }
    return report
  }

  /// Rows of another tool's set stand in that one's order, and some may not be there.
  private static func requireOrder(of set: ShardSet) throws {
    guard let origin = set.manifest.origin else { return }
    throw AksharaError(
      .invalidOption,
      "the rows come of another tool's set, `\(TerminalText.line(origin.name))`, and do not stand in "
        + "the order of the conversations", at: SourceLocation(file: set.path),
      remedy: "name the conversations and the template where the set is made "
        + "(`akshara shard --from`), or check that other set itself")
  }

  private func requireTokenizer(of manifest: ShardManifest, at path: String) throws {
    guard tokenizer.digest != manifest.tokenizerDigest else { return }
    throw AksharaError(
      .checkFailed,
      "the set was made with the tokenizer \(manifest.tokenizerDigest), not with "
        + "\(tokenizer.digest)", at: SourceLocation(file: path),
      remedy: "name the right one with --tokenizer")
  }

  private func findings(
    in split: Split, of set: ShardSet, by checker: RowChecker
  ) throws -> SplitFindings {
    var batches = set.batches(split).makeIterator()
    var findings = SplitFindings(split)
    try OrderedWork.run(
      threads: threads, next: { batches.next() }, work: checker.check,
      consume: { findings.add($0) })
    return findings
  }

  /// What is to be said of a set whose rows were checked.
  ///
  /// - Parameters:
  ///   - folder: where the set lies.
  ///   - digests: those of its files by their paths, as they were read or written.
  ///   - findings: what the rows of each split hold.
  func report(
    on manifest: ShardManifest, in folder: String, digests: [String: Digest],
    findings: [SplitFindings]
  ) -> Report {
    var faults: [SupervisionProof.Fault: Int] = [:]
    var observations: [SupervisionProof.Observation: Int] = [:]
    for found in findings {
      faults.merge(found.faults, uniquingKeysWith: +)
      observations.merge(found.observations, uniquingKeysWith: +)
    }
    let proof = SupervisionProof(
      rows: findings.reduce(0) { $0 + $1.tallies.all.rows }, faults: faults,
      observations: observations,
      unproven: manifest.origin?.unproven ?? [], files: digests)
    let differences = findings.flatMap { found -> [String] in
      let differences = manifest.counts(of: found.split)?.differences(from: found.tallies)
      return (differences ?? []).map { "\(found.split.rawValue): \($0)" }
    }
    let problems =
      vocabularyProblems(manifest) + differences
      + SetFilesCheck(manifest, in: folder, digests: digests).problems
    return Report(
      proof: proof, examples: Array(findings.flatMap(\.examples).prefix(Self.mostExamples)),
      problems: problems, problemCount: problems.count, notices: paddingNotices(manifest))
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
