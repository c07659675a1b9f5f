import Artifacts

/// Trains a BPE tokenizer: the same merges in the same order as `tokenizers`' `BpeTrainer`.
///
/// ```swift
/// var trainer = try BPETrainer(BPETrainerOptions(vocabularySize: 6_000))
/// for document in documents { document.withUnsafeBufferPointer { trainer.consume($0) } }
/// let tokenizer = try trainer.train()
/// ```
///
/// Documents are cut into words (pretokens), which are only counted, so memory grows with the number
/// of different words. Neither the order of documents nor the number of threads matters to the result.
public struct BPETrainer: ~Copyable, Sendable {
  private let options: BPETrainerOptions
  private let threads: Int
  private var sources: [TrainingSource] = []

  /// The bytes that were consumed.
  public var byteCount: Int { sources.reduce(0) { $0 + $1.counter.byteCount } }
  /// What the last training did.
  public private(set) var report: TrainingReport?

  /// A trainer that has seen nothing.
  ///
  /// - Parameter threads: how many count words at the same time.
  /// - Throws: `invalidOption`.
  public init(_ options: BPETrainerOptions, threads: Int = 1) throws {
    try options.validate()
    self.options = options
    self.threads = threads
  }

  /// What is consumed from now on belongs to the source `name`: a language, or a file. Sources
  /// matter to `BPETrainerOptions.balance` only.
  public mutating func beginSource(_ name: String) {
    sources.append(
      TrainingSource(
        name: name,
        counter: WordCounter(options.model.cutting(options.pattern), threads: threads)))
  }

  /// Counts the words of one document. The texts of special tokens are text here, too.
  public mutating func consume(_ bytes: UnsafeBufferPointer<UInt8>) { counter().add(bytes) }

  /// Counts the words of a text file (plain, gzip or zstd; `-`: standard input). Each line is a
  /// document and keeps its line feed, as in `tokenizers`' `train(files)`.
  ///
  /// - Parameters:
  ///   - field: the name under which the rows of a JSON Lines file hold their text; such a file
  ///     ends in `.jsonl` or `.ndjson`, and each row is a document.
  ///   - progress: told now and then how many bytes of this source have been counted.
  /// - Throws: `missingFile`, `unreadable`; `malformed` for a line that is too long, or a row
  ///   without the text.
  public mutating func consume(
    contentsOf path: String, field: String = "text", progress: (Int) -> Void = { _ in }
  ) throws {
    let counter = counter()
    if TrainingFiles.hasRows(path) {
      let rows = try TextRowReader(path, field: field)
      while let text = try rows.next() { text.withUnsafeBufferPointer { counter.add($0) } }
      progress(counter.byteCount)
    } else {
      try counter.addLines(of: LineChunkReader(path), progress: progress)
    }
  }

  /// The counter of the present source.
  private mutating func counter() -> WordCounter {
    if sources.isEmpty { beginSource("all") }
    return sources[sources.count - 1].counter
  }

  /// Makes the merges. The counted words are used up.
  ///
  /// - Throws: `invalidOption` for `balance` with one source, or if the vocabulary is too small for
  ///   the characters; `unsupported` if the different words are longer than 2^30 bytes.
  /// - Complexity: O(n log n) in the bytes of all different words; several times that for
  ///   `keepsAksharas` and `balance`.
  public mutating func train() throws -> BPETokenizer {
    guard options.balance == nil || sources.count > 1 else {
      throw AksharaError(
        .invalidOption, "`balance` needs several sources of text, and there is one",
        remedy: "name a file or folder for each language")
    }
    var plan = try LearningPlan(options, sources)
    let learned = try plan.learn()
    report = plan.report(of: learned, sources)
    return try plan.tokenizer(learned)
  }
}
