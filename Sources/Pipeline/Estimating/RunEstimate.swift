package import Artifacts
internal import Foundation
internal import Training

/// What a training will take: parameters, memory, tokens and time.
package struct RunEstimate: Sendable {
  /// All parameters, those of the adapter included.
  package var parameters = 0
  /// Those that are trained.
  package var trainedParameters = 0
  /// Bytes by component, in the order in which they are shown.
  package var memory: [(name: String, bytes: Int)] = []
  /// Training rows.
  package var rows = 0
  /// Tokens of an epoch.
  package var tokensPerEpoch = 0
  /// Tokens of the whole run; each epoch counts.
  package var tokens = 0
  /// Optimizer steps.
  package var steps = 0
  /// The most tokens of a micro-batch that the run will have.
  package var largestBatch = 0
  /// Seconds of training and of held-out losses; `nil` where nothing was measured.
  package var seconds: Double?
  /// The device, and what the figures rest on.
  package var device = ""
  /// What was taken for granted.
  package var assumptions: [String] = []

  /// The most bytes at once.
  package var peakMemory: Int { memory.reduce(0) { $0 + $1.bytes } }

  /// The estimate for programs.
  package var json: JSONValue {
    let components = memory.map { ($0.name, JSONValue($0.bytes)) }
    return [
      "device": .string(device),
      "parameters": [
        "total": JSONValue(parameters), "trained": JSONValue(trainedParameters),
        "share": .number(Double(trainedParameters) / Double(max(1, parameters))),
      ],
      "memory": ["total": JSONValue(peakMemory), "components": .object(JSONObject(components))],
      "data": [
        "rows": JSONValue(rows), "tokens_per_epoch": JSONValue(tokensPerEpoch),
        "tokens": JSONValue(tokens), "steps": JSONValue(steps),
        "largest_micro_batch_tokens": JSONValue(largestBatch),
      ],
      "time": [
        "seconds": seconds.map { .number($0) } ?? .null,
        "tokens_per_second": seconds.map { .number(Double(tokens) / max($0, 1e-9)) } ?? .null,
      ],
      "assumptions": .array(assumptions.map { .string($0) }),
    ]
  }

  /// The estimate for people.
  package var text: String {
    let share = 100 * Double(trainedParameters) / Double(max(1, parameters))
    var lines = [
      "device      \(device)",
      "parameters  \(Self.grouped(parameters)), "
        + "\(Self.grouped(trainedParameters)) trained (\(String(format: "%.2f", share)) %)",
      "data        \(Self.grouped(rows)) rows, \(Self.grouped(tokensPerEpoch)) tokens an epoch; "
        + "\(Self.grouped(tokens)) tokens in \(Self.grouped(steps)) steps, at most "
        + "\(Self.grouped(largestBatch)) a micro-batch",
      "memory      \(Self.mebibytes(peakMemory)) at most",
    ]
    lines += memory.map { name, bytes in
      "            \(String(repeating: " ", count: max(0, 10 - Self.mebibytes(bytes).count)))"
        + "\(Self.mebibytes(bytes))  \(name)"
    }
    lines.append("time        " + (seconds.map(time) ?? "not measured"))
    return (lines + assumptions.map { "assumed     \($0)" }).joined(separator: "\n")
  }

  /// One line for `akshara run --dry-run`.
  package var summary: String {
    let time = seconds.map { ", \(TrainingWatcher.time($0))" } ?? ""
    return "\(Self.grouped(steps)) steps\(time), \(Self.mebibytes(peakMemory)) at most"
  }

  private func time(_ seconds: Double) -> String {
    "\(TrainingWatcher.time(seconds)), \(Self.grouped(Int(Double(tokens) / max(seconds, 1e-9)))) "
      + "tokens/s"
  }

  private static func mebibytes(_ bytes: Int) -> String { "\(grouped(bytes >> 20)) MiB" }

  /// `1,234,567`.
  private static func grouped(_ value: Int) -> String {
    var digits = Array(String(value))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return String(digits)
  }
}
