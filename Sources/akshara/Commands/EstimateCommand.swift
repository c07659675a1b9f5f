import ArgumentParser
import Artifacts
import Pipeline

/// `akshara estimate`.
struct EstimateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate",
    abstract: "Says what a recipe's training will take: parameters, memory, tokens, time.",
    discussion: """
      Lengths come from the run's shards; where there are none yet they are made in a temporary \
      folder. Memory is counted, and time measured, on a model of the same widths with one layer \
      and with two, over a micro-batch of the run. With --gpu, time comes from the data sheet's \
      figures and a stated efficiency.

      Examples:
        akshara estimate samples/quickstart/recipe.yaml
        akshara estimate recipe.yaml --gpu h100 --set training.per_device_train_batch_size=4
      """)

  @OptionGroup var recipe: RecipeArguments

  @Option(help: "A GPU: \(GPUModel.known.map(\.name).joined(separator: ", ")).")
  var gpu: String?

  @Option(help: "A shard set to use instead of the run's own.")
  var shards: String?

  @Flag(help: "Print the estimate as JSON on standard output.")
  var json = false

  func run() throws {
    let model = try gpu.map(Self.model)
    let estimate = try recipe.pipeline().estimate(shards: shards, gpu: model)
    let text = json ? estimate.json.compact : Array(estimate.text.utf8)
    try StandardOutput.write(text + [UInt8(ascii: "\n")])
  }

  private static func model(_ name: String) throws -> GPUModel {
    if let model = GPUModel.known.first(where: { $0.name == name.lowercased() }) { return model }
    throw AksharaError(
      .invalidOption, "there is no `\(name)` in the table of GPUs",
      remedy: "use one of: \(GPUModel.known.map(\.name).joined(separator: ", "))")
  }
}
