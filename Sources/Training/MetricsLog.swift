public import Artifacts
internal import Foundation

/// What one line of `metrics.jsonl` says. It carries no time: the same run gives the same lines.
public struct MetricsLine: Sendable, Equatable {
  /// Optimizer steps done.
  public var step: Int
  /// Epochs done.
  public var epoch: Double
  /// The mean loss of the steps since the last such line.
  public var loss: Double?
  /// The learning rate of the last of these steps.
  public var learningRate: Double?
  /// The gradient norm of the last of these steps, before clipping.
  public var gradientNorm: Double?
  /// The mean loss over the supervised tokens of the validation split.
  public var heldOutLoss: Double?

  /// The keys are those of transformers' `log_history`.
  public var json: JSONValue {
    var object = JSONObject()
    object.append("step", JSONValue(step))
    object.append("epoch", .number(epoch))
    let numbers = [
      ("loss", loss), ("learning_rate", learningRate), ("grad_norm", gradientNorm),
      ("eval_loss", heldOutLoss),
    ]
    for (key, value) in numbers { if let value { object.append(key, .number(value)) } }
    return .object(object)
  }

  /// Reads a line; `nil` if it has no step or epoch.
  init?(json: JSONValue) {
    guard let step = json["step"]?.integer, let epoch = json["epoch"]?.double else { return nil }
    self.init(step: Int(step), epoch: epoch)
    loss = json["loss"]?.double
    learningRate = json["learning_rate"]?.double
    gradientNorm = json["grad_norm"]?.double
    heldOutLoss = json["eval_loss"]?.double
  }

  init(step: Int, epoch: Double) {
    self.step = step
    self.epoch = epoch
  }
}

/// `metrics.jsonl` of a run directory, appended line by line.
///
/// A checkpoint holds the lines up to its step; a run that goes on begins by writing exactly those,
/// so what a killed run logged beyond its last checkpoint does not stand there twice.
final class MetricsLog {
  private(set) var lines: [MetricsLine]
  private let path: String
  private let handle: FileHandle

  /// Replaces the file by `lines` and opens it for more.
  ///
  /// - Throws: `unwritable`.
  init(_ path: String, lines: [MetricsLine]) throws {
    self.path = path
    self.lines = lines
    try AtomicFile.write(Self.bytes(of: lines), to: path)
    guard let handle = FileHandle(forUpdatingAtPath: path) else { throw Self.unwritable(path) }
    self.handle = handle
    do { try handle.seekToEnd() } catch { throw Self.unwritable(path) }
  }

  deinit { try? handle.close() }

  func append(_ line: MetricsLine) throws {
    lines.append(line)
    do { try handle.write(contentsOf: Data(Self.bytes(of: [line]))) } catch {
      throw Self.unwritable(path)
    }
  }

  static func bytes(of lines: [MetricsLine]) -> [UInt8] {
    lines.flatMap { $0.json.compact + [UInt8(ascii: "\n")] }
  }

  static func read(_ path: String) throws -> [MetricsLine] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw AksharaError(.unreadable, "cannot be read", at: SourceLocation(file: path))
    }
    return try data.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      let location = SourceLocation(file: path, line: index + 1)
      let json = try JSONValue(parsing: Array(line), at: location)
      guard let line = MetricsLine(json: json) else {
        throw AksharaError(.malformed, "a line of metrics without step or epoch", at: location)
      }
      return line
    }
  }

  private static func unwritable(_ path: String) -> AksharaError {
    AksharaError(
      .unwritable, "cannot write the metrics", at: SourceLocation(file: path),
      remedy: "check the folder, its rights and the room on the disk")
  }
}
