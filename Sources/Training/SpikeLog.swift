internal import Artifacts
internal import Foundation

/// `spikes.jsonl` of a run directory: steps whose loss leapt, with their rows.
///
/// It appears with the first spike. A run that goes on keeps the lines up to its checkpoint.
final class SpikeLog {
  private let path: String
  private var lines: [JSONValue]

  /// The log of a run that goes on after `step`.
  ///
  /// - Throws: `malformed` or `unwritable`.
  init(_ path: String, keepingUpTo step: Int) throws {
    self.path = path
    let data = FileManager.default.contents(atPath: path) ?? Data()
    let whole = try data.split(separator: UInt8(ascii: "\n")).map {
      try JSONValue(parsing: Array($0))
    }
    lines = whole.filter { ($0["step"]?.integer).map { $0 <= step } ?? false }
    if lines.count != whole.count { try write() }
  }

  /// Adds a step.
  func append(_ spike: LossGuard.Spike, step: Int, rows: NamedRows) throws {
    lines.append([
      "step": JSONValue(step), "loss": .number(spike.loss), "median": .number(spike.median),
      "rows": rows.json,
    ])
    try write()
  }

  private func write() throws {
    guard !lines.isEmpty else { return try Folder.remove(path) }
    try AtomicFile.write(lines.flatMap { $0.compact + [UInt8(ascii: "\n")] }, to: path)
  }
}
