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
/// The documents are cut into ranges of about 256 KiB; each is encoded by one thread into a buffer
/// of its own, whose memory is used again by the next call.
public final class TokenBatch {
  /// The tokens of a range of documents.
  final class Part: @unchecked Sendable {
    // Each part is handed to one thread, and read when all have ended.
    let tokens = TokenBuffer()
    var documents = 0..<0
    /// Where the tokens of each document end.
    var ends: [Int] = []

    func encode(
      _ bytes: UnsafeBufferPointer<UInt8>, _ all: [Range<Int>], _ specials: SpecialTokenPolicy,
      with tokenizer: some Tokenizer
    ) {
      // Untouched room costs nothing, but growing copies.
      tokens.reserve(all[documents].reduce(0) { $0 + $1.count })
      for document in all[documents] {
        tokenizer.encode(
          UnsafeBufferPointer(rebasing: bytes[document]), specials: specials, into: tokens)
        ends.append(tokens.count)
      }
    }
  }

  private(set) var parts: [Part] = []
  private var spare: [Part] = []

  /// An empty batch.
  public init() {}

  /// The number of tokens of all documents.
  public var tokenCount: Int { parts.reduce(0) { $0 + $1.tokens.count } }

  /// Calls `body` with each document's number and its tokens, in order.
  public func forEach(
    _ body: (_ document: Int, _ ids: UnsafeBufferPointer<TokenID>) throws -> Void
  ) rethrows {
    for part in parts {
      try part.tokens.withIDs { ids in
        var start = 0
        for (document, end) in zip(part.documents, part.ends) {
          try body(document, UnsafeBufferPointer(rebasing: ids[start..<end]))
          start = end
        }
      }
    }
  }

  /// Forgets the documents, and takes up `ranges` of new ones.
  func restart(_ ranges: [Range<Int>]) {
    spare += parts
    parts = ranges.map { range in
      let part = spare.popLast() ?? Part()
      part.documents = range
      part.tokens.removeAll()
      part.ends.removeAll(keepingCapacity: true)
      return part
    }
  }
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
    nonisolated(unsafe) let bytes = bytes
    let parts = batch.parts
    let taken = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, parts.count))) { _ in
      while case let index = taken.add(1, ordering: .relaxed).oldValue, index < parts.count {
        parts[index].encode(bytes, documents, specials, with: self)
      }
    }
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
