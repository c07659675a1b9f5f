internal import Foundation

/// Which micro-batches make which optimizer step.
///
/// An epoch's last step takes what is left, so no step crosses from one epoch into the next: as
/// transformers' `Trainer` does it.
///
///     5 micro-batches an epoch, accumulation 2:  [0 1] [2 3] [4] | [0 1] [2 3] [4] | …
package struct StepPlan: Sendable {
  /// The place of the next micro-batch.
  package struct Position: Sendable, Equatable {
    /// The epoch, from 0.
    package var epoch = 0
    /// The micro-batch in the epoch, from 0.
    package var batch = 0

    /// The run's start, or another place.
    package init(epoch: Int = 0, batch: Int = 0) {
      self.epoch = epoch
      self.batch = batch
    }
  }

  /// Optimizer steps of the run.
  package let steps: Int
  /// The learning rate of each.
  let schedule: LearningRateSchedule
  private let accumulation: Int
  private let batchCount: @Sendable (Int) -> Int

  /// The plan of a run over `source`.
  package init(_ options: TrainingOptions, source: some BatchSource) {
    let count: @Sendable (Int) -> Int = { source.trainingBatchCount(epoch: $0) }
    batchCount = count
    accumulation = options.accumulation
    let steps = options.maximumSteps ?? Self.steps(options, batchCount: count)
    self.steps = steps
    schedule = LearningRateSchedule(
      shape: options.schedule, peak: options.learningRate,
      warmupSteps: options.warmupSteps ?? Int((Double(steps) * options.warmupRatio).rounded(.up)),
      steps: steps, minimum: options.minimumRate)
  }

  /// Steps of all epochs; of a fraction of an epoch, rounded up.
  private static func steps(_ options: TrainingOptions, batchCount: (Int) -> Int) -> Int {
    func steps(of epoch: Int) -> Int {
      (batchCount(epoch) + options.accumulation - 1) / options.accumulation
    }
    let whole = Int(options.epochs)
    let full = (0..<whole).reduce(0) { $0 + steps(of: $1) }
    let fraction = options.epochs - Double(whole)
    // 2.1 epochs of 10 steps are 21, though 2.1 − 2 is a little above 0.1 in binary.
    let rest = fraction * Double(steps(of: whole))
    return max(1, full + Int((rest - 1e-9).rounded(.up)))
  }

  /// The micro-batches of the step that begins at `position`.
  package func batches(at position: Position) -> Range<Int> {
    position.batch..<min(position.batch + accumulation, batchCount(position.epoch))
  }

  /// Where the next step begins.
  package func position(after position: Position) -> Position {
    let end = batches(at: position).upperBound
    return end == batchCount(position.epoch)
      ? Position(epoch: position.epoch + 1) : Position(epoch: position.epoch, batch: end)
  }

  /// Epochs done when `position` comes next.
  func epochs(at position: Position) -> Double {
    Double(position.epoch) + Double(position.batch) / Double(batchCount(position.epoch))
  }
}
