internal import Artifacts
internal import Compute
internal import Modeling
internal import Training

/// The model that a run began with and the one that it ended with.
struct ModelPair {
  /// The base as it is stored while training: quantized for QLoRA, drawn from the seed for
  /// `init: random`.
  let base: DecoderWeights
  /// The base with the adapter, or the model that was trained in full.
  let trained: DecoderWeights
  /// All parameters of the base.
  let parameterCount: Int

  /// Loads both.
  ///
  /// - Throws: what loading throws.
  init(context: RunContext, backend: any Backend) throws {
    let recipe = context.recipe
    let folder = try ModelFolder(recipe.baseModel)
    parameterCount = folder.configuration.parameterCount
    let quantization = recipe.quantization.isQuantized ? recipe.quantization : nil
    switch recipe.training.initialization {
    case .pretrained:
      base = try DecoderWeights.load(model: folder, quantization: quantization, on: backend)
    case .random:
      base = try DecoderWeights(
        folder.configuration,
        from: RandomWeights(
          seed: recipe.training.seed,
          standardDeviation: folder.configuration.initializerRange), on: backend)
    }
    let path = context.path(context.trainedPlace)
    trained =
      recipe.training.method == .full
      ? try DecoderWeights.load(model: try ModelFolder(path), on: backend)
      : try AdapterFolder(path).load(onto: base, on: backend)
  }
}

extension RunContext {
  /// Where the trained model or adapter lies, inside the run directory.
  var trainedPlace: String {
    recipe.training.method == .full ? Place.model : Place.adapter
  }
}
