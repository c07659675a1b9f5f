public import Artifacts
public import Conversations
public import Tokenization

/// Turns conversations into a shard set.
///
/// ```swift
/// let sharder = Sharder(tokenizer: tokenizer, options: FormatOptions(templates: ["llama3"]))
/// let manifest = try sharder.run(conversations: ["curated.jsonl"], output: "shards")
/// ```
///
/// The set appears whole or not at all, and has the same bytes for any number of threads.
public struct Sharder: Sendable {
  /// What turns text into tokens.
  public let tokenizer: any Tokenizer
  /// How rows are made.
  public let options: FormatOptions
  /// How many threads render and encode.
  public let threads: Int
  /// Data files are closed when they have reached so many bytes.
  var fileSize = ShardWriter.standardFileSize

  /// So many conversations are worked on at once by a thread: enough to make taking them cheap.
  private static let conversationsAtOnce = 64

  /// A sharder.
  public init(tokenizer: any Tokenizer, options: FormatOptions, threads: Int = 1) {
    self.tokenizer = tokenizer
    self.options = options
    self.threads = max(1, threads)
  }

  /// A conversation and where it stands.
  struct Sourced: Sendable {
    let conversation: Conversation
    let location: SourceLocation
  }

  /// A conversation's outcome with what is written beside it.
  private struct Result: Sendable {
    let split: Split
    let outcome: SampleMaker.Outcome
    let language: String?
    let source: String?
    let tags: [String]
  }

  /// Makes the set at `output` from what `next` gives.
  ///
  /// - Throws: what `next` throws; `invalidOption` if options clash or the tokenizer lacks a control
  ///   token; `unsupported` if a template refuses a conversation; `checkFailed` if no row is left;
  ///   `unwritable`.
  func run(
    inputs: [ShardManifest.Input], output: String, next: @escaping () throws -> Sourced?
  ) throws -> ShardManifest {
    let maker = try SampleMaker(options, tokenizer: tokenizer)
    let folder = try AtomicFolder(output)
    var writers: [Split: ShardWriter] = [:]
    var counts: [Split: ShardCounts] = [:]
    try OrderedWork.run(
      threads: threads, next: { try Self.take(from: next) },
      work: { try $0.map { try Self.make($0, with: maker) } },
      consume: { results in
        for result in results {
          counts[result.split, default: ShardCounts()].count(
            result.outcome, language: result.language, source: result.source)
          let writer =
            writers[result.split]
            ?? ShardWriter(result.split, below: folder.workPath, fileSize: fileSize)
          writers[result.split] = writer
          if let sample = result.outcome.sample {
            try writer.append(
              ShardRecord(
                sample: sample, language: result.language, source: result.source,
                tags: result.tags))
          }
        }
      })
    let splits = try Split.allCases.compactMap { split in
      try writers[split].map { writer in
        ShardManifest.SplitRecord(
          split: split, counts: counts[split] ?? ShardCounts(), files: try writer.finish())
      }
    }
    let manifest = ShardManifest(
      tool: AksharaVersion.text, tokenizerDigest: tokenizer.digest,
      vocabularyCount: tokenizer.vocabularyCount,
      templates: maker.chooser.all.map(ShardManifest.Template.init), options: options,
      inputs: inputs, splits: splits, proof: nil)
    return try finish(manifest, in: folder)
  }

  /// Checks the written files, adds the proof, and lets the set appear.
  private func finish(
    _ manifest: ShardManifest, in folder: AtomicFolder
  ) throws -> ShardManifest {
    guard manifest.totals.rowsKept > 0 else {
      throw AksharaError(
        .checkFailed, "no row is left of \(manifest.totals.rowsIn): \(manifest.summary)",
        at: SourceLocation(file: folder.path), remedy: "look at the reasons, and at `format`")
    }
    try DatasetsFolder.describeSet(in: folder.workPath, splits: manifest.splits.map(\.split))
    let file = Path.join(folder.workPath, ShardSet.manifestName)
    try AtomicFile.write(manifest.json.pretty, to: file)
    var proven = manifest
    let set = try ShardSet(folder.workPath)
    let report = try ShardVerifier(tokenizer: tokenizer, threads: threads).verify(set)
    proven.proof = report.proof
    try AtomicFile.write(proven.json.pretty, to: file)
    try folder.commit()
    return proven
  }

  private static func take(from next: () throws -> Sourced?) throws -> [Sourced]? {
    var taken: [Sourced] = []
    while taken.count < conversationsAtOnce, let one = try next() { taken.append(one) }
    return taken.isEmpty ? nil : taken
  }

  private static func make(_ sourced: Sourced, with maker: SampleMaker) throws -> Result {
    let conversation = sourced.conversation
    return Result(
      split: conversation.split ?? .train,
      outcome: try maker.make(conversation, at: sourced.location),
      language: conversation.language, source: conversation.provenance?.source,
      tags: conversation.tags)
  }
}
