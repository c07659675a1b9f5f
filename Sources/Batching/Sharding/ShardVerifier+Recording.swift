public import Artifacts
internal import Tokenization

extension ShardVerifier {
  /// The name of the copy of its tokenizer that a set holds.
  static let tokenizerName = "tokenizer.json"

  /// Checks the set in a folder, and writes the proof into its manifest if files and counts are
  /// what the manifest says and the proof is not there yet.
  ///
  /// - Parameter tokenizer: a tokenizer's file; `nil` takes the set's own copy.
  /// - Throws: as `ShardSet.init` and `verify`; `unwritable`.
  public static func verify(
    folder: String, tokenizer: String?, threads: Int
  ) throws -> Report {
    let set = try ShardSet(folder)
    let file = tokenizer ?? Path.join(folder, tokenizerName)
    guard tokenizer != nil || Path.exists(file) else {
      throw AksharaError(
        .missingFile, "the set holds no copy of its tokenizer", at: SourceLocation(file: file),
        remedy: "name the tokenizer's file with --tokenizer")
    }
    let verifier = ShardVerifier(tokenizer: try BPETokenizer(contentsOf: file), threads: threads)
    let report = try verifier.verify(set)
    if report.problems.isEmpty && report.proof != set.manifest.proof {
      var manifest = set.manifest
      manifest.proof = report.proof
      try AtomicFile.write(
        manifest.json.pretty, to: Path.join(folder, ShardSet.manifestName))
    }
    return report
  }
}

extension ShardVerifier.Report {
  /// Whether nothing is wrong.
  public var holds: Bool { proof.holds && problems.isEmpty }

  /// What is wrong, a line each: the set's problems, the first faults, how many there are.
  public var lines: [String] {
    let counts = SupervisionProof.Fault.allCases.compactMap { fault -> String? in
      let count = proof.faults[fault] ?? 0
      return count == 0 ? nil : "\(count) × \(fault.rawValue)"
    }
    return problems + examples.map(\.description) + counts
  }

  /// Refuses what was found.
  ///
  /// - Throws: `checkFailed` if anything is wrong.
  public func requireNoFaults(in folder: String) throws {
    guard !holds else { return }
    let count = proof.faults.values.reduce(0, +) + problems.count
    throw AksharaError(
      .checkFailed, "\(count) faults in \(proof.rows) rows", at: SourceLocation(file: folder),
      remedy: "make the set again with `akshara shard`")
  }

  /// The report for programs.
  public var json: JSONValue {
    let examples = examples.map { example -> JSONValue in
      [
        "split": .string(example.split.rawValue), "row": JSONValue(example.row),
        "id": .string(example.id), "fault": .string(example.fault.rawValue),
        "detail": .string(example.detail),
      ]
    }
    return [
      "holds": .bool(holds), "proof": proof.json,
      "problems": .array(problems.map { .string($0) }), "examples": .array(examples),
    ]
  }
}
