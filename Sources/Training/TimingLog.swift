internal import Artifacts
internal import Foundation

/// How fast a run goes and what it takes.
public struct TrainingPace: Sendable, Equatable {
  /// The rate since the last line.
  public var tokensPerSecond: Double
  /// Until the last step, at this pace.
  public var secondsLeft: Double
  /// The most bytes that the process had at once; `nil` where the system does not say.
  public var peakMemory: Int?
}

/// `timing.jsonl` of a run directory: how fast it went, and in what memory.
final class TimingLog {

  private let handle: FileHandle?
  private let clock = ContinuousClock()
  private var begun: ContinuousClock.Instant
  private var step = 0
  private var tokens = 0

  /// Opens the file for appending.
  ///
  /// - Throws: `unwritable`.
  init(_ path: String) throws {
    try AtomicFile.write(Self.wholeLines(of: path), to: path)
    handle = FileHandle(forUpdatingAtPath: path)
    _ = try? handle?.seekToEnd()
    begun = clock.now
  }

  deinit { try? handle?.close() }

  /// What stands in the file, without a line that a kill cut short.
  private static func wholeLines(of path: String) -> [UInt8] {
    let bytes = Array(FileManager.default.contents(atPath: path) ?? Data())
    let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return Array(bytes[..<end])
  }

  /// Begins to measure anew, after something that is not training.
  func restart(_ state: RunState) {
    (begun, step, tokens) = (clock.now, state.step, state.tokens)
  }

  /// Writes the pace since the last line or restart.
  func log(_ state: RunState, of steps: Int) -> TrainingPace {
    let seconds = max((clock.now - begun) / .seconds(1), 1e-9)
    let perStep = seconds / Double(max(1, state.step - step))
    let pace = TrainingPace(
      tokensPerSecond: Double(state.tokens - tokens) / seconds,
      secondsLeft: perStep * Double(steps - state.step), peakMemory: ProcessMemory.peak)
    let line: JSONValue = [
      "step": JSONValue(state.step), "seconds": .number(seconds),
      "tokens": JSONValue(state.tokens - tokens),
      "tokens_per_second": .number(pace.tokensPerSecond),
      "seconds_left": .number(pace.secondsLeft),
      "peak_memory_bytes": pace.peakMemory.map { JSONValue($0) } ?? .null,
    ]
    try? handle?.write(contentsOf: Data(line.compact + [UInt8(ascii: "\n")]))
    restart(state)
    return pace
  }
}
