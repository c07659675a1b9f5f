internal import Foundation

/// Work on a stream of inputs by several threads, whose results come back in the order of the
/// inputs.
///
///     inputs   0 1 2 3 4 5 …     taken one by one, under a lock
///     threads  0 2 3 │ 1 4 5     whoever is free takes the next
///     results  0 1 2 3 4 5 …     given to `consume` on the calling thread
///
/// At most `4 × threads` inputs are under way, so memory does not grow with the stream. The first
/// error, in the order of the inputs, ends the work. With one thread everything runs on the calling
/// thread.
package enum OrderedWork {
  /// Runs `work` on everything that `next` gives.
  ///
  /// - Parameters:
  ///   - next: the next input, `nil` at the end; never called by two threads at once.
  ///   - consume: takes each result; called on the calling thread, in order.
  package static func run<Input: Sendable, Output: Sendable>(
    threads: Int, next: @escaping () throws -> Input?,
    work: @escaping @Sendable (Input) throws -> Output, consume: (Output) throws -> Void
  ) throws {
    guard threads > 1 else {
      while let input = try next() { try consume(try work(input)) }
      return
    }
    let queue = OrderedQueue<Input, Output>(window: 4 * threads, next: next)
    for _ in 0..<threads {
      let thread = Thread { queue.serve(work) }
      thread.stackSize = 8 << 20
      thread.start()
    }
    // However this ends, no thread may go on reading from the caller's source.
    defer { queue.stop(threads: threads) }
    while let result = queue.take() { try consume(try result.get()) }
  }
}

/// What the threads of `OrderedWork` share; everything mutable is guarded by one of two locks.
private final class OrderedQueue<Input: Sendable, Output: Sendable>: @unchecked Sendable {
  private let window: Int
  private let next: () throws -> Input?
  private let source = NSLock()
  private var isSourceEmpty = false

  private let state = NSCondition()
  private var results: [Int: Result<Output, any Error>] = [:]
  private var taken = 0
  private var consumed = 0
  private var end: Int?
  private var isStopped = false
  private var finishedThreads = 0

  init(window: Int, next: @escaping () throws -> Input?) {
    self.window = window
    self.next = next
  }

  /// Takes inputs and works on them until there are no more.
  func serve(_ work: (Input) throws -> Output) {
    while let (number, input) = takeInput() {
      let result = input.flatMap { input in Result { try work(input) } }
      state.lock()
      results[number] = result
      state.broadcast()
      state.unlock()
    }
    state.lock()
    finishedThreads += 1
    state.broadcast()
    state.unlock()
  }

  /// The next input with its number; waits while too much is under way.
  private func takeInput() -> (Int, Result<Input, any Error>)? {
    source.lock()
    defer { source.unlock() }
    guard !isSourceEmpty, let number = waitForRoom() else { return nil }
    let input = Result { try next() }
    switch input {
    case .success(let value?): return (number, .success(value))
    case .success(nil):
      isSourceEmpty = true
      finish(at: number)
      return nil
    case .failure(let error):
      isSourceEmpty = true
      finish(at: number + 1)
      return (number, .failure(error))
    }
  }

  private func waitForRoom() -> Int? {
    state.lock()
    defer { state.unlock() }
    while taken - consumed >= window && !isStopped { state.wait() }
    guard !isStopped else { return nil }
    taken += 1
    return taken - 1
  }

  private func finish(at number: Int) {
    state.lock()
    end = number
    state.broadcast()
    state.unlock()
  }

  /// The next result in order; `nil` behind the last.
  func take() -> Result<Output, any Error>? {
    state.lock()
    defer { state.unlock() }
    while true {
      if let result = results.removeValue(forKey: consumed) {
        consumed += 1
        state.broadcast()
        return result
      }
      if let end, consumed >= end { return nil }
      state.wait()
    }
  }

  /// Lets no thread begin anything new, and waits until all have ended.
  func stop(threads: Int) {
    state.lock()
    isStopped = true
    state.broadcast()
    while finishedThreads < threads { state.wait() }
    state.unlock()
  }
}
