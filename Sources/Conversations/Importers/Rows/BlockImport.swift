internal import Artifacts
internal import Dispatch

/// Imports JSON Lines block by block, on several threads, in the order of the file.
///
/// Each thread converts one block of a batch; the results are written in order, so that the output
/// does not depend on the number of threads. Memory: a few blocks a thread.
struct BlockImport {
  private let source: SourceFile
  private let run: ImportRun
  private let converters: [RowConverter]

  /// An import of one file.
  ///
  /// - Throws: `device` if there is no memory for a parser.
  init(
    _ source: SourceFile, _ plan: RowPlan, _ format: any RowFormat, into run: ImportRun
  ) throws {
    self.source = source
    self.run = run
    let completion = RecordCompletion(options: run.options, source: source)
    converters = try (0..<max(1, run.options.threads)).map { _ in
      try RowConverter(plan, format, completion)
    }
  }

  /// Converts all blocks of the file.
  ///
  /// - Parameter next: gives the next block, or `nil` at the end.
  /// - Throws: as `Importer.run`.
  func read(_ next: () throws -> LineBlock?) throws {
    var rows = 0
    var failure: (any Error)?
    while failure == nil {
      var batch: [(block: LineBlock, first: Int)] = []
      do {
        while batch.count < converters.count, let block = try next() {
          batch.append((block, rows + 1))
          rows += block.lines.count
        }
      } catch {
        failure = error  // what was read before it still counts
      }
      if batch.isEmpty { break }
      convert(batch)
      for converter in converters[..<batch.count] { try run.take(converter.result, of: source) }
    }
    if let failure { throw failure }
  }

  private func convert(_ batch: [(block: LineBlock, first: Int)]) {
    guard batch.count > 1 else {
      converters[0].convert(batch[0].block, first: batch[0].first)
      return
    }
    // Each iteration has a converter and a block of its own.
    nonisolated(unsafe) let converters = converters
    DispatchQueue.concurrentPerform(iterations: batch.count) { index in
      converters[index].convert(batch[index].block, first: batch[index].first)
    }
  }
}
