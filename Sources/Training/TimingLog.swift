internal import Artifacts
internal import Foundation

/// `timing.jsonl` of a run directory: how fast it went. The only artifact of a run with a clock.
final class TimingLog {
  /// The rate since the last line.
  struct Pace {
    var tokensPerSecond: Double
    /// Until the last step, at this pace.
    var secondsLeft: Double
  }

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
  func log(_ state: RunState, of steps: Int) throws -> Pace {
    let seconds = max((clock.now - begun) / .seconds(1), 1e-9)
    let perStep = seconds / Double(max(1, state.step - step))
    let pace = Pace(
      tokensPerSecond: Double(state.tokens - tokens) / seconds,
      secondsLeft: perStep * Double(steps - state.step))
    let line: JSONValue = [
      "step": JSONValue(state.step), "seconds": .number(seconds),
      "tokens": JSONValue(state.tokens - tokens),
      "tokens_per_second": .number(pace.tokensPerSecond),
    ]
    try? handle?.write(contentsOf: Data(line.compact + [UInt8(ascii: "\n")]))
    restart(state)
    return pace
  }
}
