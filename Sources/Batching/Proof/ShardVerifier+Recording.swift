public import Artifacts
internal import Tokenization

extension ShardVerifier {
  /// The copy of its tokenizer that a set holds, `tokenizer.json` or what stands for it; `nil` if it
  /// holds none.
  static func ownTokenizer(in folder: String) -> String? {
    guard let file = try? TokenizerPlace.file(folder), file != folder else { return nil }
    return file
  }

  /// A manifest as it was read, with its digest.
  typealias ReadManifest = (manifest: ShardManifest, digest: Digest)

  /// What a set is checked with.
  public struct Inputs: Sendable {
    /// A tokenizer's file; `nil` takes the set's own copy.
    public var tokenizer: String?
    /// The conversations that the set was made of, in order; `nil` leaves the comparison out.
    public var conversations: [String]?
    /// The text of the token that fills batches up, if it is known.
    public var padding: String?

    /// What a set is checked with.
    public init(
      tokenizer: String? = nil, conversations: [String]? = nil, padding: String? = nil
    ) {
      self.tokenizer = tokenizer
      self.conversations = conversations
      self.padding = padding
    }
  }

  /// Checks the set in a folder from its rows, whatever proof stands in its manifest, and writes
  /// there what was found: the proof, or none if files or counts are not what the manifest says.
  ///
  /// - Throws: `missingFile` if the folder is no shard set or no tokenizer is there; `checkFailed`
  ///   if the set is damaged so that its rows cannot be read, naming the file, or the tokenizer is
  ///   not the set's; `unreadable`, `unsupported`, `unwritable`.
  public static func verify(
    folder: String, with inputs: Inputs = Inputs(), threads: Int
  ) throws -> Report {
    let read = try asDamage { try ShardSet.readManifest(in: folder) }
    guard let file = inputs.tokenizer ?? ownTokenizer(in: folder) else {
      throw AksharaError(
        .missingFile, "the set holds no copy of its tokenizer", at: SourceLocation(file: folder),
        remedy: "name the tokenizer's file with --tokenizer")
    }
    func report(with tokenizer: any Tokenizer) throws -> Report {
      try ShardVerifier(tokenizer: tokenizer, threads: threads, padding: inputs.padding)
        .verify(folder: folder, read, conversations: inputs.conversations)
    }
    guard inputs.tokenizer == nil else {
      return try report(with: try BPETokenizer(contentsOf: file))
    }
    // The copy is part of the set: a damaged or foreign one is a fault of the set.
    return try withdrawingProof(of: read.manifest, in: folder) {
      try report(with: try asDamage { try BPETokenizer(contentsOf: file) })
    }
  }

  /// Checks the set in a folder and writes what was found into its manifest.
  ///
  /// - Throws: `checkFailed`, `unreadable`, `unwritable`.
  func verify(
    folder: String, _ read: ReadManifest, conversations: [String]? = nil
  ) throws -> Report {
    let set = try Self.withdrawingProof(of: read.manifest, in: folder) {
      try Self.asDamage(missingFiles: true) { try ShardSet(folder, read) }
    }
    let report = try verify(set, conversations: conversations)
    try Self.record(report.recordedProof, in: read.manifest, folder: folder)
    return report
  }

  /// Takes the proof out of the manifest if `body` finds that the rows cannot be checked.
  private static func withdrawingProof<Result>(
    of manifest: ShardManifest, in folder: String, _ body: () throws -> Result
  ) throws -> Result {
    do { return try body() } catch let error as AksharaError where error.code == .checkFailed {
      try record(nil, in: manifest, folder: folder)
      throw error
    }
  }

  /// Turns an error about content that cannot be into one about a set that was checked.
  ///
  /// - Parameter missingFiles: whether a file that is not there is damage, too.
  static func asDamage<Result>(
    missingFiles: Bool = false, _ body: () throws -> Result
  ) throws -> Result {
    do { return try body() } catch var error as AksharaError {
      switch error.code {
      case .malformed, .invalidOption: error.code = .checkFailed
      case .missingFile where missingFiles: error.code = .checkFailed
      default: throw error
      }
      error.remedy = "make the set again with `akshara shard`"
      throw error
    }
  }

  /// Writes a proof into a set's manifest, unless it stands there already.
  private static func record(
    _ proof: SupervisionProof?, in manifest: ShardManifest, folder: String
  ) throws {
    guard proof != manifest.proof || manifest.hasBrokenProof else { return }
    var manifest = manifest
    manifest.proof = proof
    try AtomicFile.write(manifest.json.pretty, to: Path.join(folder, ShardSet.manifestName))
  }
}

extension ShardVerifier.Report {
  /// Whether nothing is wrong.
  public var holds: Bool { proof.holds && problems.isEmpty }

  /// The proof that a manifest may hold: none if files or counts are not what the manifest says.
  var recordedProof: SupervisionProof? { problems.isEmpty ? proof : nil }

  /// What is wrong, a line each: the set's problems, the first faults, how many there are.
  public var lines: [String] { lines(coloured: false, excerpts: false) }

  /// What was found, a line each: what should be known, the set's problems, the first faults with
  /// the tokens around them, how many faults of each kind there are.
  ///
  /// - Parameter coloured: whether a terminal shows the lines.
  public func lines(coloured: Bool, excerpts: Bool = true) -> [String] {
    func paint(_ text: String, _ colour: String) -> String {
      TerminalColour.paint(text, colour, if: coloured)
    }
    let counts = SupervisionProof.Fault.allCases.compactMap { fault -> String? in
      let count = proof.faults[fault] ?? 0
      return count == 0 ? nil : paint("\(count) × \(fault.rawValue)", TerminalColour.wrong)
    }
    let shown = examples.flatMap { example -> [String] in
      let excerpt = excerpts ? example.excerpt : nil
      return ["\(example)"] + (excerpt.map { ["    " + $0.line(coloured: coloured)] } ?? [])
    }
    return notices.map { paint($0, TerminalColour.notice) }
      + problems.map { paint($0, TerminalColour.wrong) } + shown + counts
  }

  /// One sentence about a set without faults: what was checked, and what could not be.
  public var conclusion: String {
    let observed = SupervisionProof.Observation.allCases.compactMap { name -> String? in
      let count = proof.observations[name] ?? 0
      return count == 0 ? nil : "\(count) \(name.rawValue)"
    }
    let rows = "\(proof.rows) rows checked"
    let seen = observed.isEmpty ? "" : " (\(observed.joined(separator: ", ")))"
    let compared = proof.conversations.map { "; \($0.summary)" } ?? ""
    guard proof.unproven.isEmpty else {
      let names = proof.unproven.map(\.rawValue).joined(separator: ", ")
      return "\(rows)\(seen): no fault, but not checked: \(names)\(compared)"
    }
    return "\(rows)\(seen): the proof holds\(compared)"
  }

  /// Refuses what was found.
  ///
  /// - Throws: `checkFailed` if anything is wrong.
  public func requireNoFaults(in folder: String) throws {
    guard !holds else { return }
    let count = proof.faults.values.reduce(0, +) + problemCount
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
        "detail": .string(example.detail), "excerpt": example.excerpt?.json ?? .null,
      ]
    }
    return [
      "holds": .bool(holds), "proof": proof.json,
      "problems": .array(problems.map { .string($0) }),
      "notices": .array(notices.map { .string($0) }), "examples": .array(examples),
    ]
  }
}
