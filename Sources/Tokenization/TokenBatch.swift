internal import Dispatch
import Synchronization

/// The tokens of many documents, in their order, however many threads made them.
///
/// ```swift
/// let batch = TokenBatch()
/// tokenizer.encode(bytes, documents: lines, threads: 2, into: batch)
/// batch.forEach { document, ids in … }
/// ```
///
/// The documents are cut into ranges of about 256 KiB; each is encoded by one thread, which appends the tokens
/// of one range after another to a buffer. Its memory is used again by the next call.
public final class TokenBatch {
  /// The tokens of a range of documents.
  final class Part: @unchecked Sendable {
    // Each part is handed to one thread, and read when all have ended.
    let documents: Range<Int>
    /// The buffer, which holds those of other parts, too, where these begin in it, and where the tokens of each
    /// document end.
    private(set) var tokens: TokenBuffer?
    private(set) var start = 0
    private(set) var ends: [Int] = []

    init(_ documents: Range<Int>) { self.documents = documents }

    func encode(
      _ bytes: UnsafeBufferPointer<UInt8>, _ all: [Range<Int>], _ specials: SpecialTokenPolicy,
      with tokenizer: some Tokenizer, into buffer: TokenBuffer
    ) {
      (tokens, start) = (buffer, buffer.count)
      ends.reserveCapacity(documents.count)
      for document in all[documents] {
        tokenizer.encode(
          UnsafeBufferPointer(rebasing: bytes[document]), specials: specials, into: buffer)
        ends.append(buffer.count)
      }
    }
  }

  private(set) var parts: [Part] = []
  /// A buffer on its way to a thread, never with two at once.
  private struct Loan: @unchecked Sendable {
    let buffer: TokenBuffer
  }

  /// The buffers that hold tokens, and those that are free.
  private let buffers = Mutex<(used: [Loan], free: [Loan])>(([], []))

  /// An empty batch.
  public init() {}

  /// The number of tokens of all documents.
  public var tokenCount: Int { parts.reduce(0) { $0 + ($1.ends.last ?? $1.start) - $1.start } }

  /// Calls `body` with each document's number and its tokens, in order.
  public func forEach(
    _ body: (_ document: Int, _ ids: UnsafeBufferPointer<TokenID>) throws -> Void
  ) rethrows {
    for part in parts {
      try part.tokens?.withIDs { ids in
        var start = part.start
        for (document, end) in zip(part.documents, part.ends) {
          try body(document, UnsafeBufferPointer(rebasing: ids[start..<end]))
          start = end
        }
      }
    }
  }

  /// Forgets the documents, and takes up `ranges` of new ones.
  func restart(_ ranges: [Range<Int>]) {
    parts = ranges.map(Part.init)
    buffers.withLock {
      for loan in $0.used { loan.buffer.removeAll() }
      $0 = ([], $0.used + $0.free)
    }
  }

  /// A buffer of its own for a thread, with room for `room` tokens, and for more of `total`.
  ///
  /// Untouched room costs nothing, but growing copies.
  func takeBuffer(room: Int, total: Int) -> TokenBuffer {
    let loan = buffers.withLock {
      let loan =
        $0.free.popLast()
        ?? Loan(buffer: TokenBuffer(capacity: max(room, min(total, Self.bufferCapacity))))
      $0.used.append(loan)
      return loan
    }
    loan.buffer.reserve(room)
    return loan.buffer
  }

  /// 8 MiB of tokens: four huge pages.
  private static let bufferCapacity = 2 << 20
}

extension Tokenizer {
  /// Encodes documents, on several threads.
  ///
  /// - Parameters:
  ///   - bytes: where the documents lie, each at most 2 GiB − 1.
  ///   - documents: the bytes of each document.
  ///   - threads: how many encode; the tokens are the same for any number.
  ///   - batch: what it held is forgotten.
  public func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, documents: [Range<Int>],
    specials: SpecialTokenPolicy = .asText, threads: Int = 1, into batch: TokenBatch
  ) {
    batch.restart(Self.ranges(of: documents))
    // Only read, by threads that end before this call does.
    nonisolated(unsafe) let (bytes, batch) = (bytes, batch)
    let parts = batch.parts
    let total = Self.room(for: documents[...])
    let taken = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, parts.count))) { _ in
      var buffer: TokenBuffer?
      while case let index = taken.add(1, ordering: .relaxed).oldValue, index < parts.count {
        let room = Self.room(for: documents[parts[index].documents])
        if buffer.map({ $0.capacity - $0.count < room }) ?? true {
          buffer = batch.takeBuffer(room: room, total: total)
        }
        guard let buffer else { continue }
        parts[index].encode(bytes, documents, specials, with: self, into: buffer)
      }
    }
  }

  /// The most tokens that documents can become, and what an encoder asks for beyond those it writes.
  private static func room(for documents: ArraySlice<Range<Int>>) -> Int {
    documents.reduce(PieceTable.mostRoom) { $0 + $1.count }
  }

  /// Cuts documents into ranges of about `partSize` bytes.
  private static func ranges(of documents: [Range<Int>]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var (start, size) = (0, 0)
    for (index, document) in documents.enumerated() {
      size += document.count
      guard size >= partSize || index + 1 == documents.count else { continue }
      ranges.append(start..<index + 1)
      (start, size) = (index + 1, 0)
    }
    return ranges
  }

  /// Long enough that handing out work costs nothing, short enough that threads end together.
  private static var partSize: Int { 1 << 18 }
}
