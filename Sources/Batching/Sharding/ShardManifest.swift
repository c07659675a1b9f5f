public import Artifacts
public import Conversations

/// What a shard set holds and where it comes from: `manifest.json`, described by
/// `schemas/manifest.schema.json`.
public struct ShardManifest: Sendable, Equatable {
  /// What the file says it is.
  static let format = "akshara-shards"
  /// The version of the layout that this code writes and reads.
  static let version = 1

  /// A file of the set.
  public struct File: Sendable, Equatable {
    /// Its path inside the set: the split's name and a file name, or a file name alone.
    public var path: String
    /// The digest of its content.
    public var digest: Digest
    /// How many rows or lines it has.
    public var rows: Int

    /// Whether it holds tokens; otherwise it holds what belongs to them.
    package var isData: Bool { Path.name(of: path).hasPrefix("data-") }
  }

  /// A file that was read.
  public struct Input: Sendable, Equatable {
    /// Its name, without folders, so that the set is the same wherever it is made.
    public var name: String
    /// The digest of its content.
    public var digest: Digest
  }

  /// A template as it was used.
  public struct Template: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The token that opens sequences.
    public var beginToken: String?
    /// The token that ends answers.
    public var endOfTurnToken: String
    /// Other tokens that end answers of some kind, such as calls of tools.
    public var otherEndTokens: [String] = []
    /// Whether an answer that another one follows goes on in it, without an end token.
    public var continuesTurns = false
    /// Every control token that it writes.
    public var controlTokens: [String]
    /// The template in Jinja.
    public var jinja: String

    /// The digest of all of it.
    public var digest: Digest {
      let lines =
        [name, beginToken ?? "", endOfTurnToken] + otherEndTokens + controlTokens
        + (continuesTurns ? ["continues_turns"] : []) + [jinja]
      return Digest(of: lines.joined(separator: "\n").utf8)
    }
  }

  /// One split with its counts.
  public struct SplitRecord: Sendable, Equatable {
    /// Which one.
    public var split: Split
    /// Its rows and tokens.
    public var counts: ShardCounts
    /// Its files: data and rows in turn.
    public var files: [File]
  }

  /// The version of the tool that wrote the set.
  public var tool: String
  /// The digest of the tokenizer.
  public var tokenizerDigest: String
  /// One more than its largest token ID.
  public var vocabularyCount: Int
  /// The templates, in the order in which the options name them.
  public var templates: [Template]
  /// How rows were made.
  public var options: FormatOptions
  /// The files that were read, in order.
  public var inputs: [Input]
  /// The splits, in the order train, validation, test.
  public var splits: [SplitRecord]
  /// The list of conversations that became no row; `nil` if every one did.
  public var dropped: File?
  /// What was checked; `nil` before it was, or if what stands there is no proof.
  public var proof: SupervisionProof?
  /// Whether the file had something in the proof's place that lacks a part or contradicts itself.
  /// It does not keep the set from being opened, so that it can be verified again.
  var hasBrokenProof = false

  /// Where the rows come from, if conversations were not rendered for them here.
  public var origin: Origin?

  /// A set of another tool's that rows were taken from.
  public struct Origin: Sendable, Equatable {
    /// The set's name, without the folders above it.
    public var name: String
    /// What could not be checked, since it was not at hand.
    public var unproven: [SupervisionProof.Unproven]
  }

  /// All counts of all splits.
  public var totals: ShardCounts {
    splits.reduce(into: ShardCounts()) { $0.add($1.counts) }
  }

  /// The counts of a split, if the set has it.
  func counts(of split: Split) -> ShardCounts? { splits.first { $0.split == split }?.counts }

  /// One sentence for a terminal: rows, tokens, and where the others went.
  public var summary: String {
    let totals = totals
    let dropped = totals.dropped.sorted { $0.key < $1.key }
      .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    let reasons = dropped.isEmpty ? "" : " (\(dropped))"
    let state = proof.map { $0.holds ? "proof holds" : "proof does not hold" } ?? "not proven"
    let added = totals.rowsAdded > 0 ? " (\(totals.rowsAdded) by splitting)" : ""
    let repeated = totals.ledger.repeated > 0 ? " + \(totals.ledger.repeated) repeated" : ""
    return "\(totals.rowsIn) rows in, \(totals.rowsKept) kept\(added), \(totals.rowsDropped) "
      + "dropped\(reasons); \(totals.ledger.rendered) tokens\(repeated) = \(totals.ledger.supervised) "
      + "supervised + \(totals.ledger.context) context + \(totals.ledger.truncated) truncated + "
      + "\(totals.ledger.dropped.values.reduce(0, +)) dropped; \(state)"
  }
}

extension ShardManifest {
  /// What hardly anybody means, though nothing is wrong with it; `nil` if there is nothing of that kind.
  public var warning: String? {
    let printed = totals.changes[RenderingChange.printedParts.rawValue] ?? 0
    guard printed > 0 else { return nil }
    return
      "warning: the typed parts of \(printed) messages stand in the rows as Python prints a list, "
      + "`[{'type': …}]`, since the template knows texts alone; write each content as one text, or choose "
      + "another template"
  }

  /// The manifest of a set that is still to be made: no rows, and no proof.
  init(of maker: SampleMaker, inputs: [Input]) {
    let (templates, tokenizer) = (maker.chooser.all, maker.encoder.tokenizer)
    self.init(
      tool: AksharaVersion.text, tokenizerDigest: tokenizer.digest,
      vocabularyCount: tokenizer.vocabularyCount, templates: templates.map(Template.init),
      options: maker.options.recorded(as: templates), inputs: inputs, splits: [], dropped: nil,
      proof: nil)
  }
}
