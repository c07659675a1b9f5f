internal import Dispatch
import Synchronization

/// Counts the words of one source of text, on several threads: each has a table of its own, and
/// their sums do not depend on which thread counted what.
final class WordCounter: Sendable {
  private let tables: [Table]
  private let pretokenizer: Pretokenizer
  private let seen = Atomic<Int>(0)

  private final class Table: Sendable {
    let words = Mutex(WordCounts())
  }

  /// A counter with no words.
  init(_ pretokenizer: Pretokenizer, threads: Int) {
    self.pretokenizer = pretokenizer
    tables = (0..<max(1, threads)).map { _ in Table() }
  }

  /// The number of bytes that were counted.
  var byteCount: Int { seen.load(ordering: .relaxed) }

  /// Counts the pretokens of one document.
  func add(_ document: UnsafeBufferPointer<UInt8>) {
    seen.add(document.count, ordering: .relaxed)
    tables[0].words.withLock { $0.add(document, pretokenizer, readable: document.count) }
  }

  /// Counts the pretokens of all lines that `reader` gives; each line is a document.
  func addLines(of reader: LineChunkReader, progress: (Int) -> Void) throws {
    while true {
      var chunks: [[UInt8]] = []
      while chunks.count < tables.count, case let chunk = try reader.next(), !chunk.isEmpty {
        chunks.append(chunk)
      }
      if chunks.isEmpty { return }
      addLines(chunks)
      progress(byteCount)
    }
  }

  private func addLines(_ chunks: [[UInt8]]) {
    let count: @Sendable (Int) -> Void = { [self] index in
      seen.add(chunks[index].count, ordering: .relaxed)
      chunks[index].withUnsafeBufferPointer { text in
        tables[index].words.withLock { $0.addLines(text, pretokenizer) }
      }
    }
    if chunks.count == 1 { return count(0) }
    DispatchQueue.concurrentPerform(iterations: chunks.count, execute: count)
  }

  /// Adds what was counted to `words`, each count times `weight`.
  func merge(into words: inout WordCounts, weight: Int = 1) {
    for table in tables { table.words.withLock { words.merge($0, weight: weight) } }
  }

  /// Calls `body` with words and their counts, in no particular order; a word comes once for each
  /// thread that has counted it.
  func forEach(_ body: (_ word: UnsafeRawBufferPointer, _ count: Int) -> Void) {
    for table in tables { table.words.withLock { $0.forEach(body) } }
  }

  /// The words, if one thread has counted all.
  func singleTable(_ byteTokens: [TokenID]) -> CountedWords? {
    guard tables.count == 1 else { return nil }
    return tables[0].words.withLock { CountedWords($0, byteTokens: byteTokens) }
  }
}
