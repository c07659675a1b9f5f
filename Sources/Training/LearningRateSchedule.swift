internal import Foundation

/// The learning rate of each optimizer step.
///
///     warm-up:  step / warmupSteps                                  for step < warmupSteps
///     cosine:   max(0, (1 + cos(π · progress)) / 2)
///     linear:   max(0, (steps − step) / (steps − warmupSteps))      constant: 1
///     cosine_with_min_lr: max(0, cosine · (1 − minimum) + minimum)
///     with progress = (step − warmupSteps) / (steps − warmupSteps), steps counted from 0
///
/// Source: `get_cosine_schedule_with_warmup`, `get_linear_schedule_with_warmup`,
/// `get_constant_schedule_with_warmup` and `get_cosine_with_min_lr_schedule_with_warmup` in
/// transformers' `optimization.py`; the first step of a warm-up has the rate 0, as there. A warm-up
/// that is asked for is made under `constant` too, where transformers passes it over.
public struct LearningRateSchedule: Sendable, Equatable {
  /// How the rate moves after the warm-up.
  public enum Shape: String, Sendable, CaseIterable {
    /// Half a cosine down to 0.
    case cosine
    /// A straight line down to 0.
    case linear
    /// Not at all.
    case constant
    /// Not at all: transformers' name for `constant` with a warm-up.
    case constantWithWarmup = "constant_with_warmup"
    /// Half a cosine down to a share of the peak.
    case cosineWithMinimum = "cosine_with_min_lr"
  }

  /// How the rate moves after the warm-up.
  public let shape: Shape
  /// The rate at the end of the warm-up.
  public let peak: Double
  /// Steps of the warm-up.
  public let warmupSteps: Int
  /// All steps, the warm-up included.
  public let steps: Int

  /// The share of the peak at which `cosine_with_min_lr` ends.
  public let minimum: Double

  /// A schedule over `steps` steps.
  public init(shape: Shape, peak: Double, warmupSteps: Int, steps: Int, minimum: Double = 0) {
    self.minimum = minimum
    self.shape = shape
    self.peak = peak
    self.warmupSteps = warmupSteps
    self.steps = steps
  }

  /// The rate of step number `step`, counted from 0.
  public func rate(at step: Int) -> Double { peak * factor(at: step) }

  private func factor(at step: Int) -> Double {
    if step < warmupSteps { return Double(step) / Double(max(1, warmupSteps)) }
    let rest = Double(max(1, steps - warmupSteps))
    let cosine = 0.5 * (1 + cos(.pi * (Double(step - warmupSteps) / rest)))
    switch shape {
    case .cosine: return max(0, cosine)
    case .cosineWithMinimum: return max(0, cosine * (1 - minimum) + minimum)
    case .linear: return max(0, Double(steps - step) / rest)
    case .constant, .constantWithWarmup: return 1
    }
  }
}
