import ArgumentParser
import Artifacts
import Pipeline

/// `akshara train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains an adapter or a model on a shard set, as a recipe says.",
    discussion: """
      The same as the `train` stage of `akshara run`, on shards that are already there. The shard \
      set must carry its proof. An interrupted training goes on where it was, to the same bits.

      Example:
        akshara train samples/quickstart/recipe.yaml --shards runs/quickstart/shards \\
          --tokenizer runs/quickstart/tokenizer --output runs/again
      """)

  @Argument(help: "The recipe: base_model, quantization, lora and training are used.")
  var recipe: String

  @Option(help: "The shard set.")
  var shards: String

  @Option(help: "The folder of the tokenizer that made the shards. Default: the base model's.")
  var tokenizer: String?

  @Option(
    help: ArgumentHelp("Set one value of the recipe; may be repeated.", valueName: "key.path=value")
  )
  var set: [String] = []

  @Option(help: "The run directory. Default: runs/<project>.")
  var output: String?

  @OptionGroup var threading: ThreadOptions

  func run() throws {
    let pipeline = try RecipeRun.pipeline(
      recipe: recipe, settings: set, output: output, threads: threading.threads)
    try pipeline.train(shards: shards, tokenizer: tokenizer)
  }
}
