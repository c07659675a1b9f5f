internal import Artifacts
public import Compute

extension DecoderWeights {
  /// Loads a model for generating or scoring, with an adapter if one is given.
  ///
  /// - Parameters:
  ///   - model: the folder of the base, in Hugging Face's layout.
  ///   - adapter: the folder of an adapter in PEFT's layout.
  ///   - quantization: how the base is stored; `nil`: float32.
  /// - Throws: `missingFile`, `malformed`, `unsupported`; `device` if there is no room.
  public static func load(
    model: ModelFolder, adapter: AdapterFolder? = nil, quantization: QuantizationOptions? = nil,
    on backend: any Backend
  ) throws -> DecoderWeights {
    let base = try DecoderWeights(loading: model, quantization: quantization, on: backend)
    return try adapter?.load(onto: base, on: backend) ?? base
  }
}
