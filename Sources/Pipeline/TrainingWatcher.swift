internal import Artifacts
internal import Evaluation
internal import Foundation
internal import Training

/// Says what a trainer does, in lines for people.
struct TrainingWatcher: Sendable {
  let context: RunContext

  func show(_ event: TrainingEvent) {
    switch event {
    case .started(let start): context.report(Self.text(start))
    case .notice(let text): context.report("train: note: \(text)")
    case .logged(let line, let pace): context.progress("train: \(line.text), \(Self.text(pace))")
    case .evaluated(let line): context.report("train: \(line.text)")
    case .stopped(let step):
      context.report(
        "train: stopped after step \(step): the held-out loss no longer falls "
          + "(`early_stopping_patience`)")
    case .saved: drawCurves()
    case .finished:
      context.progress("")
      drawCurves()
    }
  }

  /// Draws what was logged so far; a chart that cannot be written ends no training.
  private func drawCurves() {
    let folder = context.path(RunContext.Place.training)
    guard let curves = try? LossCurves(metrics: Path.join(folder, "metrics.jsonl")),
      let svg = curves.svg
    else { return }
    _ = try? AtomicFile.write(svg, to: Path.join(folder, "loss.svg"))
  }

  private static func text(_ pace: TrainingPace) -> String {
    let memory = pace.peakMemory.map { ", \($0 >> 20) MiB at most" } ?? ""
    return "\(Int(pace.tokensPerSecond)) tokens/s, \(time(pace.secondsLeft)) left\(memory)"
  }

  private static func text(_ start: TrainingStart) -> String {
    let share = 100 * Double(start.trainedParameters) / Double(start.parameters)
    let parameters = String(
      format: "%.2f M of %.2f M parameters (%.1f %%)", Double(start.trainedParameters) / 1e6,
      Double(start.parameters) / 1e6, share)
    let from = start.checkpoint.map { ", going on from \($0)" } ?? ""
    return "train: \(start.name): \(start.steps) steps, \(parameters)\(from)"
  }

  static func time(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "–" }
    let total = Int(seconds.rounded())
    if total < 60 { return "\(total) s" }
    return total < 3600
      ? "\(total / 60) min \(total % 60) s" : "\(total / 3600) h \(total % 3600 / 60) min"
  }
}

extension LossCurves {
  /// The curves of a run's metrics.
  ///
  /// - Throws: `malformed` if a line cannot be read.
  init(metrics path: String) throws {
    let reader = try JSONLinesReader(path)
    self.init(training: [], heldOut: [])
    while let line = try reader.nextValue() {
      guard let step = line["step"]?.integer.map({ Int($0) }) else { continue }
      if let loss = line["loss"]?.double { training.append(.init(step: step, loss: loss)) }
      if let loss = line["eval_loss"]?.double { heldOut.append(.init(step: step, loss: loss)) }
    }
  }
}
