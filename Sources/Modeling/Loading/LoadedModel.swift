internal import Artifacts
public import Compute

extension DecoderWeights {
  /// Loads a model for generating or scoring, with an adapter if one is given.
  ///
  /// - Parameters:
  ///   - model: the folder of the base, in Hugging Face's layout.
  ///   - adapter: the folder of an adapter in PEFT's layout.
  ///   - quantization: how the base is quantized; `nil`: as it is stored.
  ///   - storage: the type of matrices that are not quantized.
  /// - Throws: `missingFile`, `malformed`, `unsupported`; `device` if there is no room.
  public static func load(
    model: ModelFolder, adapter: AdapterFolder? = nil, quantization: QuantizationOptions? = nil,
    storage: DenseStorage = .stored, on backend: any Backend
  ) throws -> DecoderWeights {
    let base = try DecoderWeights(
      loading: model, quantization: quantization, storage: storage, on: backend)
    return try adapter?.load(onto: base, on: backend) ?? base
  }

  /// Loads a model with a new adapter; see `addingAdapter`.
  ///
  /// - Throws: `missingFile`, `malformed`, `unsupported`, `invalidOption`; `device` if there is no room.
  public static func load(
    model: ModelFolder, newAdapter options: LoRAOptions, seed: UInt64,
    quantization: QuantizationOptions? = nil, on backend: any Backend
  ) throws -> DecoderWeights {
    try DecoderWeights(loading: model, quantization: quantization, storage: .stored, on: backend)
      .addingAdapter(options.resolved(over: model), seed: seed, on: backend)
  }
}
