internal import Dispatch
import Synchronization

/// Counts the words of one source of text, on several threads: each has a table of its own, and
/// their sums do not depend on which thread counted what.
final class WordCounter: Sendable {
  private let tables: [Table]
  private let cutting: WordCutting
  private let seen = Atomic<Int>(0)

  private final class Table: Sendable {
    let words = Mutex(WordCounts())
  }

  /// A counter with no words.
  init(_ cutting: WordCutting, threads: Int) {
    self.cutting = cutting
    tables = (0..<max(1, threads)).map { _ in Table() }
  }

  /// The number of bytes that were counted.
  var byteCount: Int { seen.load(ordering: .relaxed) }

  /// Counts the words of one document.
  func add(_ document: UnsafeBufferPointer<UInt8>) {
    seen.add(document.count, ordering: .relaxed)
    tables[0].words.withLock { $0.add(document, cutting, readable: document.count) }
  }

  /// Counts the words of all lines that `reader` gives; each line is a document.
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
        tables[index].words.withLock { $0.addLines(text, cutting) }
      }
    }
    if chunks.count == 1 { return count(0) }
    DispatchQueue.concurrentPerform(iterations: chunks.count, execute: count)
  }

  /// Adds what was counted to `words`.
  func merge(into words: inout WordCounts) {
    for table in tables { table.words.withLock { words.merge($0) } }
  }

  /// Calls `body` with words and their counts, in no particular order; a word comes once for each
  /// thread that has counted it.
  func forEach(_ body: (_ word: UnsafeRawBufferPointer, _ count: Int) -> Void) {
    for table in tables { table.words.withLock { $0.forEach(body) } }
  }

  /// Takes all words out; the number of bytes stays.
  func takeWords() -> WordCounts {
    var words = WordCounts()
    for table in tables {
      var taken = WordCounts()
      table.words.withLock { swap(&$0, &taken) }
      if words.count == 0 { words = taken } else { words.merge(taken) }
    }
    return words
  }
}
