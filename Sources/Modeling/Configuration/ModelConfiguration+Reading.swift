public import Artifacts
internal import Compute

extension ModelConfiguration {
  /// Reads a Hugging Face `config.json`.
  ///
  /// Every key is accounted for: those that shape the mathematics are read, those that demand
  /// something this decoder does not do are refused by name, those known to be without effect on
  /// it are passed over, and an unknown key is refused unless it is null.
  ///
  /// - Throws: `missingFile`, `malformed`, or `unsupported` with the key named.
  public init(contentsOf path: String) throws {
    let location = SourceLocation(file: path)
    let bytes = try TextFile(path).bytes
    self = try ModelConfiguration(json: JSONValue(configuration: bytes, at: location), at: location)
  }

  /// Reads the content of a `config.json`; `location` is where errors say it stands.
  public init(json: JSONValue, at location: SourceLocation) throws {
    var reader = try ConfigurationReader(json, at: location)
    let family = try reader.family()
    let hidden = try reader.size("hidden_size")
    let heads = try reader.size("num_attention_heads")
    let layers = try reader.size("num_hidden_layers")
    let positions =
      try reader.optionalSize("max_position_embeddings") ?? family.defaultPositions
    self.init(
      vocabularyCount: try reader.size("vocab_size"), hiddenWidth: hidden,
      gateWidth: try reader.size("intermediate_size"),
      layerCount: layers, headCount: heads,
      keyValueHeadCount: try reader.optionalSize(
        "num_key_value_heads", absent: family.defaultKeyValueHeads),
      headWidth: try reader.optionalSize("head_dim", absent: family.defaultHeadWidth),
      normEpsilon: Float(try reader.number("rms_norm_eps", default: 1e-6)),
      rotary: try reader.rotary(positions: positions), maximumPositions: positions,
      tiesHead: try reader.boolean("tie_word_embeddings", default: false),
      initializerRange: try reader.number("initializer_range", default: 0.02),
      beginToken: try reader.tokens("bos_token_id").first,
      endTokens: try reader.tokens("eos_token_id"),
      paddingToken: try reader.tokens("pad_token_id").first,
      storedType: try reader.storedType(), family: family,
      biasedProjections: try reader.biasedProjections(family),
      normalizesHeads: family.normalizesHeads,
      windows: try reader.windows(family, layers: layers),
      storedQuantization: try reader.storedQuantization())
    try reader.refuseWhatIsNotHandled()
    try reader.finish()
    try checkShapes(at: location)
  }

  /// Refuses shapes that no decoder has, before memory is taken for them.
  private func checkShapes(at location: SourceLocation) throws {
    func demand(_ condition: Bool, _ message: String) throws {
      guard !condition else { return }
      throw AksharaError(.malformed, message, at: location, remedy: "correct config.json")
    }
    try demand(
      headCount.isMultiple(of: keyValueHeadCount),
      "`num_attention_heads` \(headCount) is not a multiple of `num_key_value_heads` "
        + "\(keyValueHeadCount)")
    try demand(
      headWidth > 0 && headWidth.isMultiple(of: 2), "`head_dim` is \(headWidth), not even")
    try demand(normEpsilon > 0, "`rms_norm_eps` is \(normEpsilon), not above 0")
    try demand(rotary.theta > 0, "`rope_theta` is \(rotary.theta), not above 0")
    for token in endTokens + [beginToken, paddingToken].compactMap({ $0 }) {
      // transformers writes −1 where it means that there is no such token.
      try demand(
        token >= -1 && Int(token) < vocabularyCount,
        "the token \(token) is outside the vocabulary of \(vocabularyCount)")
    }
  }
}
