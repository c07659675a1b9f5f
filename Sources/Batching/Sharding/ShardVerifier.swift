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
/// A token that lies across a border must be supervised only under `as_transformers`.
public struct ShardVerifier: Sendable {
  private let tokenizer: any Tokenizer
  private let threads: Int

  /// What was found.
  public struct Report: Sendable, Equatable {
    /// The counts, with the digests of the files as they were read.
    public var proof: SupervisionProof
    /// The first faults, in the order of the rows; at most `mostExamples`.
    public var examples: [Example]
    /// What is wrong with the set as a whole: files or counts that are not what the manifest says.
    public var problems: [String]
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

    /// `train row 17 (friday-3): supervised_header: token 4 …`.
    public var description: String {
      "\(split.rawValue) row \(row) (\(TerminalText.line(id))): \(fault.rawValue): \(detail)"
    }
  }

  /// How many faults are told one by one.
  public static let mostExamples = 20

  /// A verifier.
  ///
  /// - Parameter tokenizer: the tokenizer that the set was made with.
  public init(tokenizer: any Tokenizer, threads: Int = 1) {
    self.tokenizer = tokenizer
    self.threads = max(1, threads)
  }

  /// Checks every row.
  ///
  /// - Throws: `checkFailed` if the tokenizer is not the set's.
  public func verify(_ set: ShardSet) throws -> Report {
    guard tokenizer.digest == set.manifest.tokenizerDigest else {
      throw AksharaError(
        .checkFailed,
        "the set was made with the tokenizer \(set.manifest.tokenizerDigest), not with "
          + "\(tokenizer.digest)", at: SourceLocation(file: set.path),
        remedy: "name the right one with --tokenizer")
    }
    let checker = RowChecker(set.manifest, tokenizer: tokenizer)
    var rows = 0
    var problems = vocabularyProblems(set.manifest)
    var faults: [SupervisionProof.Fault: Int] = [:]
    var examples: [Example] = []
    for split in set.splits {
      var batches = set.batches(split).makeIterator()
      var first = 0
      var tokens = (all: 0, supervised: 0)
      try OrderedWork.run(
        threads: threads, next: { batches.next() },
        work: { batch in (batch.rowCount, batch.tokenCounts, checker.check(batch)) },
        consume: { count, counted, found in
          tokens = (tokens.all + counted.all, tokens.supervised + counted.supervised)
          for (row, fault, detail, id) in found {
            faults[fault, default: 0] += 1
            guard examples.count < Self.mostExamples else { continue }
            examples.append(
              Example(split: split, row: first + row, id: id, fault: fault, detail: detail))
          }
          first += count
        })
      rows += first
      if let counts = set.manifest.counts(of: split) {
        problems += counts.differences(
          rows: first, tokens: tokens.all, supervised: tokens.supervised
        ).map { "\(split.rawValue): \($0)" }
      }
    }
    let digests = set.currentDigests()
    for file in set.manifest.splits.flatMap(\.files) where digests[file.path] != file.digest {
      problems.append("`\(file.path)` is not the file that the manifest names")
    }
    let proof = SupervisionProof(rows: rows, faults: faults, files: digests)
    return Report(proof: proof, examples: examples, problems: problems)
  }

  private func vocabularyProblems(_ manifest: ShardManifest) -> [String] {
    guard manifest.vocabularyCount != tokenizer.vocabularyCount else { return [] }
    return [
      "the manifest says that the vocabulary has \(manifest.vocabularyCount) tokens, where the "
        + "tokenizer has \(tokenizer.vocabularyCount)"
    ]
  }
}
