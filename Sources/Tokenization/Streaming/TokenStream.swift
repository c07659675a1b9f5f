import Artifacts
import Synchronization

/// Runs a tokenizer over a stream of documents, on several threads.
///
/// ```
/// reader ──► blocks of whole lines, 1 MiB ──► threads: encode, write digits ──► in order ──► write
/// ```
///
/// Memory is bounded by some blocks a thread, or by the longest document. The bytes that come out
/// do not depend on the number of threads, nor on where blocks end.
public struct TokenStream: Sendable {
  /// How tokens are written.
  public enum Format: Sendable {
    /// IDs separated by spaces.
    case ids
    /// A JSON object with `ids` and `ends`.
    case json
  }

  private let tokenizer: BPETokenizer
  private let threads: Int
  private let framesTexts: Bool

  /// A stream through `tokenizer`.
  ///
  /// - Parameters:
  ///   - threads: how many encode or decode.
  ///   - framesTexts: whether documents get the tokens that the file puts around a text.
  public init(_ tokenizer: BPETokenizer, threads: Int = 1, framesTexts: Bool = false) {
    self.tokenizer = tokenizer
    self.threads = threads
    self.framesTexts = framesTexts
  }

  /// Writes a line of tokens for each document.
  ///
  /// - Throws: what `reader` and `write` throw.
  public func encode(
    from reader: DocumentReader, specials: SpecialTokenPolicy, as format: Format,
    write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let encoder = BlockEncoder(
      tokenizer, specials: specials, format: format, framesTexts: framesTexts)
    guard reader.layout == .line else {
      let work = BlockWork()
      while let document = try reader.next() {
        encoder.encode(document: document, work)
        try work.output.withBytes(write)
        work.output.removeAll()
      }
      return
    }
    try run(reader, { encoder.encode(lines: $0) }, write)
  }

  /// Writes the document of each line of tokens, with `separator` behind it.
  ///
  /// - Throws: `malformed` for a line that is not token IDs; what `reader` and `write` throw.
  public func decode(
    from reader: DocumentReader, separator: [UInt8],
    write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let decoder = BlockDecoder(tokenizer, separator: separator)
    try run(reader, { decoder.decode(lines: $0) }, write)
  }

  /// Runs `body` on blocks of lines; what stands before an error is written.
  private func run(
    _ reader: DocumentReader, _ body: @escaping @Sendable (BlockWork) -> Void,
    _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let shelf = Shelf()
    try OrderedWork.run(threads: threads) { () -> BlockWork? in
      let work = shelf.take() ?? BlockWork()
      guard let block = try reader.nextBlock(reusing: work.takeInput()) else { return nil }
      work.restart(block)
      return work
    } work: { work in
      body(work)
      return work
    } consume: { work in
      try work.output.withBytes(write)
      if let fault = work.fault {
        throw fault.error(at: reader.location(line: work.firstLine + fault.line))
      }
      shelf.put(work)
    }
  }

  /// Memory that waits for the next block.
  private final class Shelf: Sendable {
    private let works = Mutex<[BlockWork]>([])

    func take() -> BlockWork? { works.withLock { $0.popLast() } }

    func put(_ work: BlockWork) { works.withLock { $0.append(work) } }
  }
}
