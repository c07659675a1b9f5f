internal import Artifacts
package import Compute

extension DecoderWeights {
  /// The same base with a new adapter, which changes nothing yet.
  ///
  /// As PEFT begins: A uniform in ±1/√in, which is `kaiming_uniform_` with a = √5, and B zero;
  /// magnitudes are the lengths that the base's rows have; what is trained whole, and trained rows,
  /// begin with the base's values.
  ///
  /// - Throws: `invalidOption` if a target names no layer; `device` if there is no room.
  package func addingAdapter(
    _ options: LoRAOptions, seed: UInt64, on backend: any Backend
  ) throws -> DecoderWeights {
    var adapted = withoutAdapter
    for (layer, projection) in try options.modules(in: configuration) {
      adapted.layers[layer][projection].adapter = try newAdapter(
        layer, projection, options, seed: seed, on: backend)
    }
    adapted.adapterType = options.storedType(over: configuration)
    try adapted.replace(
      modules: options.savedModules(in: configuration), tokens: options.trainedTokens,
      on: backend)
    try adapted.roundAdapter(on: backend)
    return adapted
  }

  /// Rounds an adapter's values to `adapterType`, to nearest even.
  ///
  /// - Throws: `device` if there is no room.
  func roundAdapter(on backend: any Backend) throws {
    guard adapterType != .float32 else { return }
    for (_, tensor) in adapterTensors {
      let rounded = try backend.makeTensor(tensor.shape, adapterType)
      backend.copy(tensor, to: rounded)
      backend.copy(rounded, to: tensor)
    }
  }

  private func newAdapter(
    _ layer: Int, _ projection: Projection, _ options: LoRAOptions, seed: UInt64,
    on backend: any Backend
  ) throws -> LoRAWeights {
    let (outputs, inputs) = projection.shape(in: configuration)
    let module = ParameterName.module(layer: layer, projection)
    let rank = try options.rank(ofModule: module)
    let a = try backend.makeTensor([rank, inputs], .float32)
    let bound = 1 / Float(inputs).squareRoot()
    let random = RandomStream.adapter(seed: seed, layer: layer, projection)
    let values = (0..<a.count).map { (2 * random.uniform($0) - 1) * bound }
    values.withUnsafeBytes { backend.upload($0, to: a) }
    let adapter = LoRAWeights(
      a: a, b: try backend.makeTensor([outputs, rank], .float32),
      scaling: try options.scaling(ofModule: module, rank: rank),
      dropout: Float(options.dropout),
      magnitude: options.isDecomposed
        ? try LoRAWeights.Magnitude(count: outputs, on: backend) : nil)
    if let magnitude = adapter.magnitude {
      backend.rowNorms(
        of: layers[layer][projection].weight, adapter: adapter, to: magnitude.value)
    }
    return adapter
  }

  /// Puts float32 copies in the place of modules that are trained whole and of tables of which some
  /// rows are, with the base's values.
  ///
  /// - Throws: `invalidOption` if a row is outside the vocabulary; `device` if there is no room.
  mutating func replace(
    modules: [SavedModule], tokens: TrainedTokens?, on backend: any Backend
  ) throws {
    guard !modules.isEmpty || tokens != nil else { return }
    self = remembered
    for module in modules {
      guard let original = self[module] else { continue }
      self[module] = try Self.copy(original, on: backend)
    }
    replacements.modules = modules
    guard let tokens else { return }
    let isShared = tokens.sharesRows(in: configuration)
    guard !isShared || !modules.contains(.head) else {
      throw AksharaError(
        .invalidOption,
        "`trainable_token_indices` trains rows that a tied head shares, and `modules_to_save` "
          + "trains the head whole",
        remedy: "train rows, or embed_tokens and lm_head whole")
    }
    if let indices = tokens.embedding {
      embedding = try Self.copy(embedding, on: backend)
      replacements.embeddingRows = try rows(indices, of: embedding, on: backend)
    }
    if isShared {
      head = .dense(embedding)
      replacements.sharesRows = true
    } else if let indices = tokens.head, let table = self[.head] {
      let copy = try Self.copy(table, on: backend)
      head = .dense(copy)
      replacements.headRows = try rows(indices, of: copy, on: backend)
    }
  }

  private static func copy(_ tensor: Tensor, on backend: any Backend) throws -> Tensor {
    let copy = try backend.makeTensor(tensor.shape, .float32)
    backend.copy(tensor, to: copy)
    return copy
  }

  /// Rows of a table, with the values that stand there.
  private func rows(
    _ indices: [Int32], of table: Tensor, on backend: any Backend
  ) throws -> ReplacedRows {
    if let outside = indices.first(where: { Int($0) >= table.rows }) {
      throw AksharaError(
        .invalidOption,
        "`trainable_token_indices` has \(outside); the model has \(table.rows) rows",
        remedy: "give token IDs of this model, or resize it first")
    }
    let rows = try ReplacedRows(indices, width: table.shape[1], on: backend)
    backend.embed(rows.places, table: table, output: rows.values)
    return rows
  }
}

extension LoRAWeights.Magnitude {
  /// Room for `count` lengths.
  init(count: Int, on backend: any Backend) throws {
    self.init(
      value: try backend.makeTensor([count], .float32),
      norms: try backend.makeTensor([count], .float32))
  }
}
