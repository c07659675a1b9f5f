internal import CTensorKernels
import Compute
internal import Glibc
internal import Synchronization

/// Threads that work through the units of one operation after another.
///
/// Units are handed out as workers become free, so *which* worker does a unit is left to chance; an
/// operation is deterministic because a unit's work never depends on its worker, no two units
/// write the same element, and sums over units are made afterwards in their order.
///
/// The calling thread is worker 0. Between operations workers spin for some microseconds, since the
/// next operation usually follows at once, and then sleep.
final class WorkerPool: @unchecked Sendable {
  /// One unit of work: its index, and the worker that does it.
  typealias Body = (_ unit: Int, _ worker: Int) -> Void

  /// How many workers there are, the calling thread among them.
  let count: Int

  /// What a thread does before it works: cheap, since the calling thread does it every time.
  private let prepare: @Sendable () -> Void
  /// The closure of the job posted last; alive while `run` is.
  private var body = ctensor_closure()
  private var unitCount = 0
  private let nextUnit = Atomic(0)
  /// How many jobs were posted; a worker compares it with how many it has seen.
  private let posted = Atomic(0)
  /// Workers that are still busy with the job posted last.
  private let busy = Atomic(0)
  private let sleepers = Atomic(0)
  private let stopping = Atomic(false)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var threads: [pthread_t] = []

  /// Turns of the waiting loop before a worker sleeps: about 50 µs.
  private static let spins = 2_000

  /// Starts `count - 1` threads; each runs `prepare` once, and the calling thread before each job,
  /// for it may be another one each time.
  ///
  /// - Throws: when the system gives no more threads.
  init(count: Int, prepare: @escaping @Sendable () -> Void) throws {
    self.count = count
    self.prepare = prepare
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    for worker in 1..<max(1, count) {
      var thread = pthread_t()
      let start = Unmanaged.passRetained(Start(pool: self, worker: worker))
      guard pthread_create(&thread, nil, workerMain, start.toOpaque()) == 0 else {
        start.release()
        stop()
        throw ComputeError(
          "only \(worker) of \(count) threads could be started", remedy: "ask for fewer threads")
      }
      threads.append(thread)
    }
  }

  /// What a thread is told when it starts. The pool outlives its threads: it joins them.
  fileprivate final class Start {
    unowned let pool: WorkerPool
    let worker: Int

    init(pool: WorkerPool, worker: Int) {
      self.pool = pool
      self.worker = worker
    }
  }

  /// Ends the threads; called once by the owner, when no operation runs.
  func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    post()
    for thread in threads { pthread_join(thread, nil) }
    threads = []
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(wake)
    mutex.deallocate()
    wake.deallocate()
  }

  /// Does units `0 ..< units` and returns when all are done.
  func run(_ units: Int, _ body: Body) {
    prepare()
    guard count > 1, units > 1 else {
      for unit in 0..<units { body(unit, 0) }
      return
    }
    hold(body, &self.body)
    unitCount = units
    nextUnit.store(0, ordering: .relaxed)
    busy.store(count - 1, ordering: .relaxed)
    post()
    work(as: 0)
    var turns = 0
    while busy.load(ordering: .acquiring) > 0 {
      turns += 1
      if turns < Self.spins { ctensor_pause() } else { sched_yield() }
    }
  }

  private func post() {
    posted.add(1, ordering: .sequentiallyConsistent)
    guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
  }

  private func work(as worker: Int) {
    var body = body
    while true {
      let unit = nextUnit.add(1, ordering: .relaxed).oldValue
      if unit >= unitCount { return }
      ctensor_closure_call(&body, Int64(unit), Int64(worker))
    }
  }

  /// The life of a thread: wait for a job, work, say so.
  fileprivate func live(as worker: Int) {
    prepare()
    var seen = 0
    while true {
      seen = waitForJob(after: seen)
      if stopping.load(ordering: .acquiring) { return }
      work(as: worker)
      busy.subtract(1, ordering: .releasing)
    }
  }

  private func waitForJob(after seen: Int) -> Int {
    for _ in 0..<Self.spins {
      let now = posted.load(ordering: .acquiring)
      if now != seen { return now }
      ctensor_pause()
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    sleepers.add(1, ordering: .sequentiallyConsistent)
    defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let now = posted.load(ordering: .sequentiallyConsistent)
      if now != seen { return now }
      pthread_cond_wait(wake, mutex)
    }
  }
}

/// Writes the two words of a closure to `place`; see `ctensor_closure.h`.
@_silgen_name("ctensor_closure_hold")
private func hold(_ body: WorkerPool.Body, _ place: UnsafeMutablePointer<ctensor_closure>)

private func workerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<WorkerPool.Start>.fromOpaque(argument).takeRetainedValue()
  start.pool.live(as: start.worker)
  return nil
}
