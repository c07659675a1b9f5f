import Foundation
import Testing

@testable import Artifacts

@Suite struct OrderedWorkTests {
  private struct Stop: Error, Equatable { let at: Int }

  /// Numbers below `count`; `failing` throws instead.
  private func source(_ count: Int, failing: Int? = nil) -> () throws -> Int? {
    var next = 0
    return {
      defer { next += 1 }
      if next == failing { throw Stop(at: next) }
      return next < count ? next : nil
    }
  }

  @Test(arguments: [1, 2, 7])
  func resultsComeInOrder(threads: Int) throws {
    var results: [Int] = []
    try OrderedWork.run(
      threads: threads, next: source(500),
      work: { number in
        // The earlier ones of a round take longer.
        if number % 7 == 0 { usleep(500) }
        return number * 2
      }, consume: { results.append($0) })
    #expect(results == (0..<500).map { $0 * 2 })
  }

  @Test(arguments: [1, 2, 7])
  func theFirstErrorInOrderEndsIt(threads: Int) {
    var results: [Int] = []
    #expect(throws: Stop(at: 40)) {
      try OrderedWork.run(
        threads: threads, next: source(500),
        work: { number in
          if number == 41 { throw Stop(at: 41) }
          if number == 40 {
            usleep(2_000)
            throw Stop(at: 40)
          }
          return number
        }, consume: { results.append($0) })
    }
    #expect(results == Array(0..<40))
  }

  @Test(arguments: [1, 4])
  func errorsOfTheSourceAndTheConsumerEndItToo(threads: Int) {
    #expect(throws: Stop(at: 90)) {
      try OrderedWork.run(
        threads: threads, next: source(500, failing: 90), work: { $0 }, consume: { _ in })
    }
    #expect(throws: Stop(at: 5)) {
      try OrderedWork.run(
        threads: threads, next: source(500), work: { $0 },
        consume: { if $0 == 5 { throw Stop(at: 5) } })
    }
  }

  @Test func nothingToDoIsDone() throws {
    try OrderedWork.run(
      threads: 3, next: source(0), work: { $0 }, consume: { _ in Issue.record("called") })
  }

  @Test func littleIsUnderWay() throws {
    // The source is never further ahead of the consumer than the window.
    let threads = 3
    var taken = 0
    var consumed = 0
    let lock = NSLock()
    try OrderedWork.run(
      threads: threads,
      next: { () -> Int? in
        lock.withLock {
          guard taken < 300 else { return nil }
          taken += 1
          #expect(taken - consumed <= 4 * threads + 1)
          return taken
        }
      }, work: { (number: Int) in number },
      consume: { _ in
        lock.withLock { consumed += 1 }
      })
    #expect(consumed == 300)
  }
}
