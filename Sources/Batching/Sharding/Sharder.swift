internal import Artifacts
internal import Conversations
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
  /// Whether an approval that lies at the output is kept beside the new set: it says who approved the
  /// set that stood there, and holds for the new one if that is the same. If not, an approved set is not
  /// replaced.
  public var keepsApproval = false
  /// How much goes into a record batch and into a file.
  var limits = ShardWriter.Limits()
  /// Whether all rows are made of rendered conversations; see `ShardWorker`.
  var renders = false

  /// So many bytes of lines are worked on at once by a thread: what becomes of them is some thousand
  /// kilobytes, which a second-level cache holds.
  private static let blockSize = 1 << 19

  /// A sharder.
  public init(tokenizer: any Tokenizer, options: FormatOptions, threads: Int = 1) {
    self.tokenizer = tokenizer
    self.options = options
    self.threads = max(1, threads)
  }

  /// Lines of one file, each a conversation.
  private struct Block: Sendable {
    let path: String
    let lines: LineBlock
  }

  /// Makes the set at `output` from files of conversations, in order.
  ///
  /// A conversation without `split` goes to train.
  ///
  /// - Parameter paths: JSON Lines, plain, gzip or zstd.
  /// - Returns: the set's manifest, with its proof.
  /// - Throws: `missingFile`, `unreadable`; `malformed` with file and line for a line that is no
  ///   conversation; `invalidOption` if options clash, the tokenizer lacks a control token, or what
  ///   stands at `output` is not replaced (`ShardSet.requireRoom`); `unsupported` if a template
  ///   refuses a conversation; `checkFailed` if no row is left; `unwritable`.
  public func run(conversations paths: [String], output: String) throws -> ShardManifest {
    try ShardSet.requireRoom(at: output, keepsApproval: keepsApproval)
    let maker = try SampleMaker(options, tokenizer: tokenizer)
    let inputs = try paths.map { path in
      ShardManifest.Input(name: Path.name(of: path), digest: try Digest(ofFile: path))
    }
    var manifest = ShardManifest(of: maker, inputs: inputs)
    let folder = try AtomicFolder(
      output, replacing: ShardSet.manifestName, inputs: paths)
    let written = try write(paths, maker, RowChecker(manifest, tokenizer: tokenizer), in: folder)
    (manifest.splits, manifest.dropped) = (written.splits, written.dropped)
    try manifest.requireRows(at: output, remedy: "look at the reasons, and at `format`")
    let approval = Path.join(output, ShardApproval.fileName)
    if keepsApproval && Path.exists(approval) {
      try AtomicFile.copy(approval, to: Path.join(folder.workPath, ShardApproval.fileName))
    }
    return try manifest.finish(
      in: folder, tokenizer: tokenizer, threads: threads, findings: written.findings)
  }

  /// Makes rows of all lines, and writes them in order.
  private func write(
    _ paths: [String], _ maker: SampleMaker, _ checker: RowChecker, in folder: AtomicFolder
  ) throws -> ShardSetWriter.Written {
    let source = BlockSource(paths)
    let (limits, renders) = (limits, renders)
    let workers = ShardWorkers {
      try ShardWorker(maker, limits: limits, checker: checker, renders: renders)
    }
    let writer = ShardSetWriter(in: folder, limits: limits, checker: checker)
    try OrderedWork.run(
      threads: threads, next: source.next,
      work: { block in try workers.withWorker { try $0.rows(of: block.lines, in: block.path) } },
      consume: { try writer.write($0) })
    return try writer.finish()
  }

  /// Gives the lines of files in blocks.
  private final class BlockSource {
    private var paths: ArraySlice<String>
    private var open: (path: String, reader: LineBlockReader)?

    init(_ paths: [String]) { self.paths = paths[...] }

    /// The next block; `nil` behind the last file.
    func next() throws -> Block? {
      while true {
        if let open {
          if let lines = try open.reader.next() { return Block(path: open.path, lines: lines) }
          self.open = nil
        }
        guard let path = paths.popFirst() else { return nil }
        open = (path, try LineBlockReader(path, blockSize: blockSize))
      }
    }
  }
}
