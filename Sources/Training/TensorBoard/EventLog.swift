internal import Artifacts
internal import Foundation

/// The event file of a run, which TensorBoard shows: `report_to: tensorboard`.
///
///     tensorboard/quickstart-2026-11-22-014500/events.out.tfevents.akshara
///
/// A run that goes on keeps the events up to its checkpoint, with their times, and drops those beyond
/// it: no step stands there twice. Tags are those of transformers: `train/loss`,
/// `train/learning_rate`, `train/grad_norm`, `train/epoch`, `eval/loss`; and `train/tokens_per_second`.
final class EventLog {
  private let handle: FileHandle

  /// Opens the file in `folder` for more, with the events up to `step`.
  ///
  /// - Throws: `unwritable`.
  init(_ folder: String, keepingUpTo step: Int) throws {
    try Folder.make(folder)
    // TensorBoard reads every file whose name holds `tfevents`.
    let path = Path.join(folder, "events.out.tfevents.akshara")
    let old = Array(FileManager.default.contents(atPath: path) ?? Data())
    var records = RecordFile.records(in: old).filter { record in
      EventMessage.step(of: record).map { $0 <= step } ?? true
    }
    if records.isEmpty { records = [EventMessage.fileVersion(at: Self.now)] }
    try AtomicFile.write(records.flatMap(RecordFile.framed), to: path)
    guard let handle = FileHandle(forUpdatingAtPath: path) else {
      throw AksharaError(
        .unwritable, "cannot write the events", at: SourceLocation(file: path),
        remedy: "check the folder, its rights and the room on the disk")
    }
    self.handle = handle
    _ = try? handle.seekToEnd()
  }

  deinit { try? handle.close() }

  private static var now: Double { Date.now.timeIntervalSince1970 }

  /// Writes a line of metrics as events.
  func append(_ line: MetricsLine, _ pace: TrainingPace?) {
    let values: [(tag: String, value: Double?)] = [
      ("train/loss", line.loss), ("train/learning_rate", line.learningRate),
      ("train/grad_norm", line.gradientNorm), ("train/epoch", line.loss == nil ? nil : line.epoch),
      ("eval/loss", line.heldOutLoss), ("train/tokens_per_second", pace?.tokensPerSecond),
    ]
    let known = values.compactMap { tag, value in value.map { (tag: tag, value: $0) } }
    let message = EventMessage.scalars(known, step: line.step, at: Self.now)
    // A report that cannot be written must not end a training of hours.
    try? handle.write(contentsOf: Data(RecordFile.framed(message)))
  }
}
