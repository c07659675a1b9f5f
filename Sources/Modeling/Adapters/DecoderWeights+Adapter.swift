package import Compute

extension DecoderWeights {
  /// The same base with a new adapter, which changes nothing yet.
  ///
  /// As PEFT begins: A uniform in ±1/√in, which is `kaiming_uniform_` with a = √5, and B zero.
  ///
  /// - Throws: `invalidOption` if a target names no layer; `device` if there is no room.
  package func addingAdapter(
    _ options: LoRAOptions, seed: UInt64, on backend: any Backend
  ) throws -> DecoderWeights {
    var adapted = withoutAdapter
    for (layer, projection) in try options.modules(in: configuration) {
      let (outputs, inputs) = projection.shape(in: configuration)
      let a = try backend.makeTensor([options.rank, inputs], .float32)
      let b = try backend.makeTensor([outputs, options.rank], .float32)
      let bound = 1 / Float(inputs).squareRoot()
      let random = RandomStream.adapter(seed: seed, layer: layer, projection)
      let values = (0..<a.count).map { (2 * random.uniform($0) - 1) * bound }
      values.withUnsafeBytes { backend.upload($0, to: a) }
      adapted.layers[layer][projection].adapter = LoRAWeights(
        a: a, b: b, scaling: options.scaling, dropout: Float(options.dropout))
    }
    return adapted
  }
}
