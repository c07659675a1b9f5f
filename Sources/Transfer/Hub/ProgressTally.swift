internal import Foundation

/// Adds up what several threads bring.
final class ProgressTally: Sendable {
  private struct Sums {
    var progress: HubProgress
  }
  private let lock = NSLock()
  nonisolated(unsafe) private var sums: Sums  // guarded by `lock`
  private let show: @Sendable (HubProgress) -> Void

  init(_ start: HubProgress, _ show: @Sendable @escaping (HubProgress) -> Void) {
    sums = Sums(progress: start)
    self.show = show
  }

  /// Counts bytes.
  func add(_ count: Int) { change { $0.finishedBytes += count } }

  /// Counts a file that is whole.
  func finishFile() { change { $0.finishedFiles += 1 } }

  private func change(_ body: (inout HubProgress) -> Void) {
    lock.withLock {
      body(&sums.progress)
      show(sums.progress)
    }
  }
}

/// A few threads that wait for the network, not for a core.
enum WorkerThreads {
  /// Does `body` for every element; the first error ends the rest and is thrown.
  static func forEach<Element: Sendable>(
    _ elements: [Element], workers: Int, _ body: @Sendable @escaping (Element) throws -> Void
  ) throws {
    let queue = WorkQueue(elements)
    let group = DispatchGroup()
    for _ in 0..<min(max(1, workers), max(1, elements.count)) {
      group.enter()
      Thread.detachNewThread {
        defer { group.leave() }
        while let element = queue.next() {
          do { try body(element) } catch { queue.fail(error) }
        }
      }
    }
    group.wait()
    if let error = queue.error { throw error }
  }
}

/// Elements that threads take one by one.
private final class WorkQueue<Element: Sendable>: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var rest: ArraySlice<Element>  // guarded by `lock`
  nonisolated(unsafe) private var failure: (any Error)?  // guarded by `lock`

  init(_ elements: [Element]) { rest = elements[...] }

  var error: (any Error)? { lock.withLock { failure } }

  func next() -> Element? { lock.withLock { failure == nil ? rest.popFirst() : nil } }

  func fail(_ error: any Error) {
    lock.withLock { if failure == nil { failure = error } }
  }
}
