import ArgumentParser
import Artifacts
import Pipeline

/// `akshara train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains an adapter or a model on a shard set, as a recipe says.",
    discussion: """
      The same as the `train` stage of `akshara run`, on shards that are already there: the \
      recipe's base_model, quantization, lora and training are used. Its sources, tokenizer.path and \
      evaluation.prompts need not be there; the passport names the sources that are, and of which the \
      set has rows. The shard set must carry its proof, be made with the tokenizer that is named, and \
      with the template that the recipe's format states, if it states one; the adapter's tokenizer gets \
      that template. An interrupted training goes on where it was, to the same bits.

      Example:
        akshara train samples/quickstart/recipe.yaml --shards runs/quickstart/shards \\
          --tokenizer runs/quickstart/tokenizer --output runs/again
      """)

  @OptionGroup var recipe: RecipeArguments

  @Option(help: "The shard set.")
  var shards: String

  @Option(help: "The folder of the tokenizer that made the shards. Default: the base model's.")
  var tokenizer: String?

  func run() throws {
    try recipe.pipeline(for: .trainingAlone).train(shards: shards, tokenizer: tokenizer)
  }
}
