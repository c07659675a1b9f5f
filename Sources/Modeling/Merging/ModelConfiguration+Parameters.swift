extension ModelConfiguration {
  /// The names and shapes of all parameters, in transformers' order; a tied head is not listed.
  package var parameterShapes: [(name: String, shape: [Int])] {
    let table = [vocabularyCount, hiddenWidth]
    let layers = (0..<layerCount).flatMap { layer in layerShapes(layer) }
    return [(ParameterName.embedding, table)] + layers + [(ParameterName.finalNorm, [hiddenWidth])]
      + (tiesHead ? [] : [(ParameterName.head, table)])
  }

  private func layerShapes(_ layer: Int) -> [(name: String, shape: [Int])] {
    let projections = Projection.allCases.flatMap { projection -> [(name: String, shape: [Int])] in
      let (outputs, inputs) = projection.shape(in: self)
      let weight = (ParameterName.weight(layer: layer, projection), [outputs, inputs])
      return biasedProjections.contains(projection)
        ? [weight, (ParameterName.bias(layer: layer, projection), [outputs])] : [weight]
    }
    let headNorms =
      normalizesHeads
      ? [
        (ParameterName.queryNorm(layer: layer), [headWidth]),
        (ParameterName.keyNorm(layer: layer), [headWidth]),
      ] : []
    return projections + headNorms + [
      (ParameterName.attentionNorm(layer: layer), [hiddenWidth]),
      (ParameterName.gateNorm(layer: layer), [hiddenWidth]),
    ]
  }
}
