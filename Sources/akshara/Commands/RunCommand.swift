import ArgumentParser
import Artifacts
import Foundation
import Pipeline

/// `akshara run`.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a recipe from raw files to a trained model and its report.",
    discussion: """
      Each stage is keyed by the digests of its inputs, options and version: what is done is not \
      done again, what is stale is made anew, and an interrupted run goes on where it was, to \
      the same bits. --dry-run changes nothing, and says what training will take (akshara estimate).

      Example:
        akshara run samples/quickstart/recipe.yaml --set training.learning_rate=1e-3
      """)

  @OptionGroup var recipe: RecipeArguments

  @Flag(help: "Say what is done, stale and to do, and change nothing.")
  var dryRun = false

  @Option(help: "Stop after this stage: import, curate, tokenizer, shard, train or evaluate.")
  var until: String?

  @Flag(help: "Print the outcome as JSON on standard output.")
  var json = false

  func run() throws {
    let last = try until.map(Self.stage)
    let pipeline = try recipe.pipeline(offline: dryRun)
    if dryRun {
      let plan = try pipeline.plan(until: last)
      let trains = plan.contains { $0.stage == .train && $0.state != .done }
      show(plan, estimate: trains ? Result { try pipeline.estimate() } : nil)
      if json { try StandardOutput.write(document(plan).compact + [UInt8(ascii: "\n")]) }
    } else {
      let outcome = try pipeline.run(until: last)
      if json { try StandardOutput.write(outcome.json.compact + [UInt8(ascii: "\n")]) }
    }
  }

  private func show(_ plan: [StagePlan], estimate: Result<RunEstimate, any Error>?) {
    for stage in plan {
      StandardError.print(
        "\(stage.stage.rawValue.padded(to: 10)) \(stage.state.rawValue.padded(to: 6)) \(stage.reason)"
      )
    }
    switch estimate {
    case .success(let estimate): StandardError.print("training will take \(estimate.summary)")
    case .failure(let error): StandardError.print("what training will take is not known: \(error)")
    case nil: break
    }
  }

  private func document(_ plan: [StagePlan]) -> JSONValue {
    .array(
      plan.map { plan in
        [
          "stage": .string(plan.stage.rawValue), "state": .string(plan.state.rawValue),
          "reason": .string(plan.reason),
        ]
      })
  }

  private static func stage(_ name: String) throws -> PipelineStage {
    if let stage = PipelineStage(rawValue: name) { return stage }
    let names = PipelineStage.allCases.map(\.rawValue).joined(separator: ", ")
    throw AksharaError(
      .invalidOption, "there is no stage `\(name)`", remedy: "use one of: \(names)")
  }
}

extension String {
  /// The text with spaces behind it, up to a width.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
