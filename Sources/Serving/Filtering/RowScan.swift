internal import Artifacts
internal import Foundation
internal import Synchronization

/// The rows that pass a filter, found on threads of its own while the first of them are already
/// looked at.
///
/// Held are their numbers: four bytes each.
final class RowScan: Sendable {
  /// What is known so far.
  struct State: Sendable {
    /// The rows that pass, in order.
    var rows: [UInt32] = []
    /// How many rows were looked at.
    var scanned = 0
    /// Whether all were, or the scan was stopped.
    var isDone = false
    /// Whether it was stopped because nobody asked for it any more.
    var isAbandoned = false
    /// When somebody asked last, in seconds of a clock that only runs on.
    var askedAt = RowScan.now
  }

  private let state = Mutex(State())
  private let isStopped = Atomic<Bool>(false)

  /// So many rows are looked at by a thread before what was found is told.
  private static let step = 1_024
  /// Nobody is there any more when nobody has asked for so long, in seconds.
  private static let patience = 20.0
  /// A page is looked at beside other work: more threads would only be in its way.
  private static let mostThreads = 8

  /// Starts to look at rows `0..<count`, with several threads, in order.
  ///
  /// - Parameter matcher: gives, for a stretch of rows, what is asked there once a row.
  init(count: Int, matcher: @escaping @Sendable () -> (Int) -> Bool) {
    let thread = Thread { [self] in
      var next = 0
      // The work throws nothing.
      try? OrderedWork.run(
        threads: min(Self.mostThreads, ProcessInfo.processInfo.activeProcessorCount),
        next: { [self] () -> Range<Int>? in
          guard next < count, !isStopped.load(ordering: .relaxed) else { return nil }
          defer { next = min(next + Self.step, count) }
          return next..<min(next + Self.step, count)
        },
        work: { rows -> (rows: Range<Int>, found: [UInt32]) in
          (rows, rows.filter(matcher()).map { UInt32($0) })
        },
        consume: { rows, found in
          let isWanted = state.withLock { state in
            state.rows += found
            state.scanned = rows.upperBound
            state.isAbandoned = Self.now - state.askedAt > Self.patience
            return !state.isAbandoned
          }
          if !isWanted { stop() }
        })
      state.withLock { $0.isDone = true }
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Ends the scan; what was found stays.
  func stop() { isStopped.store(true, ordering: .relaxed) }

  /// Whether it ended because nobody asked for it any more; whoever asks again wants a new one.
  var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

  /// Some of the rows that pass, how many do so far, how many were looked at, and whether all were.
  func page(
    from first: Int, count: Int
  ) -> (rows: [Int], found: Int, scanned: Int, isDone: Bool) {
    state.withLock { state in
      state.askedAt = Self.now
      let range = min(first, state.rows.count)..<min(first + count, state.rows.count)
      return (
        state.rows[range].map { Int($0) }, state.rows.count, state.scanned, state.isDone
      )
    }
  }

  /// The place of the first passing row that is not before `row`.
  func place(of row: Int) -> Int {
    state.withLock { state in
      var (low, high) = (0, state.rows.count)
      while low < high {
        let middle = (low + high) / 2
        if state.rows[middle] < row { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }

  private static var now: Double { ProcessInfo.processInfo.systemUptime }
}
