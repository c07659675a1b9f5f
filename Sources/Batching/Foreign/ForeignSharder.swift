internal import Artifacts
internal import Conversations
public import Tokenization

/// Rewrites a tokenized data set of another tool's into a shard set: tokens and labels stay as they
/// are, padding is taken off, packed rows become their samples. A row that is just what the template
/// makes of a conversation takes that one's ID, language, source and tags, and its spans.
///
/// The set's proof says what of it was checked and, in `unproven`, what could not be: a training must
/// accept that by name. Rows that train on nothing, or that cannot be read as text, become none and
/// are listed; with `dropsFaulty` rows with any fault are.
public struct ForeignSharder: Sendable {
  private let tokenizer: any Tokenizer
  private let knowledge: ForeignVerifier.Knowledge
  private let dropsFaulty: Bool
  private let threads: Int

  /// A sharder.
  public init(
    tokenizer: any Tokenizer, knowledge: ForeignVerifier.Knowledge, dropsFaulty: Bool = false,
    threads: Int = 1
  ) {
    self.tokenizer = tokenizer
    self.knowledge = knowledge
    self.dropsFaulty = dropsFaulty
    self.threads = max(1, threads)
  }

  /// What becomes of a sample.
  private struct Outcome: Sendable {
    let id: String
    let row: Int
    let tokens: Int
    var record: ShardRecord?
    /// Which of the rows it is that the template makes of the conversations.
    var rendered: Int?
    var cut = 0
    var reason: String?
  }

  /// The reason of a row whose tokens do not spell text.
  static let notText = "not_text"
  /// How rows are counted of which a cut character was left out.
  static let partialCharacter = "partial_character"

  /// Makes the shard set.
  ///
  /// - Returns: the manifest with its proof, and what was found in the set before.
  /// - Throws: as `ForeignVerifier.verify`; `invalidOption` if a split is none of ours, or what stands
  ///   at `output` is not replaced (`ShardSet.requireRoom`); `checkFailed` if no row is left;
  ///   `unwritable`.
  public func run(
    _ set: ForeignSet, output: String
  ) throws -> (manifest: ShardManifest, report: ForeignReport) {
    try ShardSet.requireRoom(at: output)
    let folder = try AtomicFolder(
      output, replacing: ShardSet.manifestName,
      inputs: set.parts.flatMap(\.files) + (knowledge.conversations ?? []))
    let verifier = ForeignVerifier(tokenizer: tokenizer, knowledge: knowledge, threads: threads)
    let rendered = RenderedRows(below: Path.join(folder.workPath, "rendered"))
    let (report, comparison) = try verifier.compare(set, keeping: rendered)
    let judge = Judge(
      checker: try verifier.checker(for: set), dropsFaulty: dropsFaulty,
      sound: try comparison.map { ($0.soundRows, try rendered.finish()) })
    let files = FolderWriter(folder.workPath)
    for part in set.parts {
      try write(part, as: try Self.split(of: part.name, in: set), judge, files)
    }
    let written = try files.finish()
    let manifest = try manifest(set, written, judge.checker, report)
    try manifest.requireRows(at: set.path, remedy: "look at `akshara labels verify`")
    return (try manifest.finish(in: folder, tokenizer: tokenizer, threads: threads), report)
  }

  /// The split that a name of another tool's means.
  private static func split(of name: String, in set: ForeignSet) throws -> Split {
    let prefixes: [(String, Split)] = [
      ("train", .train), ("val", .validation), ("dev", .validation), ("eval", .validation),
      ("test", .test),
    ]
    if let found = prefixes.first(where: { name.lowercased().hasPrefix($0.0) }) { return found.1 }
    // A single file's name says nothing.
    guard set.parts.count > 1 else { return .train }
    throw AksharaError(
      .invalidOption, "the split `\(name)` is none of train, validation and test",
      at: SourceLocation(file: set.path), remedy: "rename it, or name one of its files")
  }

  private func write(
    _ part: ForeignSet.Part, as split: Split, _ judge: Judge, _ files: FolderWriter
  ) throws {
    let reader = ForeignReader(part)
    let maker = ForeignSampleRecord(table: judge.checker.table, patterns: judge.checker.patterns)
    try OrderedWork.run(
      threads: threads, next: reader.next,
      work: { rows -> [Outcome] in
        let cutter = judge.checker.cutter(rows)
        return try (0..<rows.rowCount).flatMap { row -> [Outcome] in
          let samples = cutter.samples(of: row, in: rows)
          return try samples.enumerated().map { index, sample in
            let suffix = samples.count > 1 ? ".\(index)" : ""
            return try Self.outcome(
              sample, id: "\(part.name)-\(sample.row)\(suffix)", judge, maker)
          }
        }
      },
      consume: { outcomes in
        for outcome in outcomes { try files.write(outcome, split) }
      })
  }

  /// Says what samples are, and which become no row.
  private struct Judge: Sendable {
    let checker: ForeignChecker
    let dropsFaulty: Bool
    /// The sound rows that the template makes of the conversations, if these are known.
    let sound: (rows: ForeignComparison.SoundRows, files: SplitFiles)?

    /// What the template makes, and which of its rows that is, if it is just this sample.
    func rendered(_ sample: ForeignSample) throws -> (number: Int, record: ShardRecord)? {
      guard let sound, let number = sound.rows.number(of: sample) else { return nil }
      let record = try sound.files.record(number)
      // Of a file's several templates only the first stands in the manifest.
      return record.sample.template == checker.patterns?.name ? (number, record) : nil
    }

    private static let hopeless: Set<ForeignFault> = [
      .missingValue, .unequalColumns, .tokenOutsideVocabulary, .noSupervisedToken,
    ]

    /// The fault for which a sample is left out.
    func fault(of sample: ForeignSample) -> ForeignFault? {
      if sound?.rows.number(of: sample) != nil { return nil }
      return checker.check(sample).map(\.fault).first { dropsFaulty || Self.hopeless.contains($0) }
    }
  }

  private static func outcome(
    _ sample: ForeignSample, id: String, _ judge: Judge, _ maker: ForeignSampleRecord
  ) throws -> Outcome {
    var outcome = Outcome(id: id, row: sample.row, tokens: sample.ids.count)
    if let (number, record) = try judge.rendered(sample) {
      (outcome.rendered, outcome.record) = (number, record)
    } else if let fault = judge.fault(of: sample) {
      outcome.reason = fault.rawValue
    } else if let (row, cut) = maker.row(sample, id: id) {
      outcome.cut = cut
      // The cut may have taken the only tokens that were trained on.
      if row.supervisedCount == 0 {
        outcome.reason = ForeignFault.noSupervisedToken.rawValue
      } else {
        outcome.record = ShardRecord(sample: row)
      }
    } else {
      outcome.reason = notText
    }
    return outcome
  }

  // MARK: The manifest

  private func manifest(
    _ set: ForeignSet, _ written: FolderWriter.Written, _ checker: ForeignChecker,
    _ report: ForeignReport
  ) throws -> ShardManifest {
    var options = knowledge.options
    // Where spans were found in tokens, they end where tokens end: no token lies across a border, whatever
    // becomes of such tokens.
    if report.comparison == nil { options.border = .asRendered }
    options.maxLength = max(1, written.longest)
    options.templates = [checker.patterns?.name ?? ForeignSampleRecord.unknownTemplate]
    let template = try template(checker)
    let inputs = try set.parts.flatMap(\.files).map { file in
      ShardManifest.Input(name: Path.name(of: file), digest: try Digest(ofFile: file))
    }
    var manifest = ShardManifest(
      tool: AksharaVersion.text, tokenizerDigest: tokenizer.digest,
      vocabularyCount: tokenizer.vocabularyCount, templates: [template], options: options,
      inputs: inputs, splits: written.splits, dropped: written.dropped, proof: nil)
    // Where rows are not just what the template makes of the conversations, these cannot be told.
    let isSame =
      report.comparison.map { $0.otherLabels == 0 && $0.otherTokens == 0 } ?? false
    var unproven: [SupervisionProof.Unproven] = isSame ? [] : [.originalText, .controlTokens]
    if !knowledge.isTemplateGiven { unproven.append(.messageBorders) }
    manifest.origin = ShardManifest.Origin(
      name: Path.name(of: set.path),
      unproven: SupervisionProof.Unproven.allCases.filter(unproven.contains))
    return manifest
  }

  private func template(_ checker: ForeignChecker) throws -> ShardManifest.Template {
    if checker.patterns != nil, let name = checker.patterns?.name {
      var options = knowledge.options
      if !knowledge.isTemplateGiven { options.templates = [name] }
      return ShardManifest.Template(
        try TemplateChooser(options, tokenizer: tokenizer).all[0])
    }
    func text(_ id: TokenID) -> String {
      String(decoding: tokenizer.bytes(of: id) ?? [], as: UTF8.self)
    }
    let control = (0..<TokenID(tokenizer.vocabularyCount)).filter { tokenizer.isSpecial($0) }
    return ShardManifest.Template(
      name: ForeignSampleRecord.unknownTemplate, beginToken: nil,
      endOfTurnToken: checker.ends.min().map(text) ?? "", controlTokens: control.map(text),
      jinja: "")
  }

  // MARK: Files

  /// Writes rows into splits, and what became none into the list of dropped rows, and counts both.
  private final class FolderWriter {
    struct Written {
      var splits: [ShardManifest.SplitRecord]
      var dropped: ShardManifest.File?
      var longest: Int
    }

    private let folder: String
    private var writers: [Split: ShardWriter] = [:]
    private var counts: [Split: ShardCounts] = [:]
    private var dropped: JSONLinesWriter?
    private var longest = 0
    private var taken: Set<Int> = []

    init(_ folder: String) { self.folder = folder }

    func write(_ outcome: Outcome, _ split: Split) throws {
      let writer = writers[split] ?? ShardWriter(split, below: folder)
      writers[split] = writer
      guard var record = outcome.record else {
        let reason = outcome.reason ?? ForeignSharder.notText
        counts[split, default: .init()].countDropped(tokens: outcome.tokens, for: reason)
        return try writeDropped(outcome, reason, split)
      }
      // Rows that repeat others are told apart by their own names.
      if let number = outcome.rendered, !taken.insert(number).inserted {
        record.sample.conversationID = outcome.id
      }
      counts[split, default: .init()].count(
        record, without: outcome.cut, as: ForeignSharder.partialCharacter)
      longest = max(longest, record.sample.inputIDs.count)
      try writer.append(record)
    }

    private func writeDropped(_ outcome: Outcome, _ reason: String, _ split: Split) throws {
      let writer = try dropped ?? JSONLinesWriter(Path.join(folder, ShardSetWriter.droppedName))
      dropped = writer
      try writer.write([
        "id": .string(outcome.id), "split": .string(split.rawValue), "reason": .string(reason),
        "tokens": JSONValue(outcome.tokens), "file": .null, "line": JSONValue(outcome.row + 1),
      ])
    }

    func finish() throws -> Written {
      let splits = try Split.allCases.compactMap { split in
        try writers[split].map {
          ShardManifest.SplitRecord(
            split: split, counts: counts[split] ?? ShardCounts(), files: try $0.finish())
        }
      }
      let file = try dropped.map { writer in
        let rows = writer.count
        return ShardManifest.File(
          path: ShardSetWriter.droppedName, digest: try writer.commit(), rows: rows)
      }
      return Written(splits: splits, dropped: file, longest: longest)
    }
  }
}
