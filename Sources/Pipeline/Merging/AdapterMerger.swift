package import Artifacts
package import Compute
internal import Foundation
package import Modeling

/// Merges an adapter into its base and writes the model as a Hugging Face folder.
///
///     config.json                 the base's, with the new type and without its quantization
///     model*.safetensors          `ModelShards`
///     generation_config.json      the base's, if it has one
///     tokenizer files, template   the adapter's where they lie beside it, else the base's
///     akshara_manifest.json       the adapter's passport, with the adapter's own files and what was
///                                 measured; only where the adapter has a passport
package struct AdapterMerger {
  /// Into which base.
  package enum Choice: String, CaseIterable, Sendable {
    /// The one whose logits are closer to those of the model that was trained.
    case auto
    /// The base as it is stored.
    case bf16
    /// The values of the quantized base.
    case dequantized
  }

  /// What is wanted.
  package struct Options: Sendable {
    /// Into which base.
    package var choice = Choice.auto
    /// How the base was stored while the adapter was trained; `nil`: as the passport says, else not
    /// quantized.
    package var trainedOver: QuantizationOptions?
    /// The type of the merged weights; `nil`: bfloat16, or float16 where the base has it.
    package var type: DType?
    /// The most bytes of a file: 5 GB, as transformers writes them.
    package var largestFile = 5_000_000_000
    /// A shard set whose rows are compared.
    package var shards: String?
    /// A text file whose lines are compared.
    package var texts: String?

    /// The defaults.
    package init() {}
  }

  /// What was done.
  package struct Outcome: Sendable {
    /// Into which base the adapter was merged.
    package let form: MergeForm
    /// One sentence on why.
    package let reason: String
    /// What the manifest says of it.
    package let json: JSONValue
  }

  private let model: ModelFolder
  private let adapter: AdapterFolder
  private let options: Options
  private let backend: any Backend

  /// A merger of `adapter` into `model`.
  package init(
    _ adapter: AdapterFolder, into model: ModelFolder, _ options: Options, on backend: any Backend
  ) {
    self.model = model
    self.adapter = adapter
    self.options = options
    self.backend = backend
  }

  /// Merges and writes `output`, whole or not at all.
  ///
  /// - Throws: `invalidOption`, `malformed`, `unsupported`, `unwritable`; `device`.
  package func run(to output: String) throws -> Outcome {
    let outcome = try choose()
    let folder = try ModelFolder.begin(
      at: output, replacing: "config.json", inputs: [adapter.path, model.path],
      others: [Passport.fileName])
    let source = try MergedWeights(model, adapter, into: outcome.form, as: type)
    try ModelShards(source.configuration, from: source, as: type)
      .write(to: folder.workPath, largest: options.largestFile, on: backend)
    try source.requireAllUsed()
    try writeConfiguration(of: source, to: folder.workPath)
    try copyCompanions(to: folder.workPath)
    try writePassport(outcome, to: folder.workPath)
    try folder.commit()
    return outcome
  }

  /// The type of the merged weights: a float16 base stays float16.
  private var type: DType {
    options.type ?? (model.configuration.storedType == .float16 ? .float16 : .bfloat16)
  }

  // MARK: Choosing

  /// How the base was stored while training; `nil`: not quantized.
  private func trainedOver() throws -> QuantizationOptions? {
    if let given = options.trainedOver { return given.isQuantized ? given : nil }
    if let stored = model.configuration.storedQuantization {
      if case .nf4(let double) = stored {
        return QuantizationOptions(doubleQuantization: double)
      }
      return .eightBit
    }
    guard Path.exists(Path.join(adapter.path, Passport.fileName)) else { return nil }
    let recipe = try Passport(folder: adapter.path).recipe["quantization"]
    if recipe?["load_in_8bit"]?.bool == true { return .eightBit }
    guard recipe?["load_in_4bit"]?.bool == true else { return nil }
    return QuantizationOptions(
      doubleQuantization: recipe?["bnb_4bit_use_double_quant"]?.bool ?? true)
  }

  private func choose() throws -> Outcome {
    let quantization = try trainedOver()
    guard let quantization else {
      guard options.choice != .dequantized else {
        throw AksharaError(
          .invalidOption, "the adapter was trained over a base that is not quantized",
          remedy: "use `--into bf16`, or say `--trained-over nf4` if it was")
      }
      return outcome(.stored, "it was trained over the base as it is stored", [:])
    }
    let dequantized = MergeForm.dequantized(quantization)
    if model.configuration.storedQuantization != nil {
      return outcome(dequantized, "the base is there in no other form", [:])
    }
    switch options.choice {
    case .bf16: return outcome(.stored, "it was asked for", [:])
    case .dequantized: return outcome(dequantized, "it was asked for", [:])
    case .auto: return try measured([.stored, dequantized], over: quantization)
    }
  }

  private func measured(
    _ forms: [MergeForm], over quantization: QuantizationOptions
  ) throws -> Outcome {
    let probe = try probe()
    let width = model.configuration.vocabularyCount
    let trained = try DecoderWeights.load(
      model: model, adapter: adapter, quantization: quantization, on: backend)
    let reference = try probe.logits(of: trained, on: backend)
    let distances = try forms.map { form in
      let source = try MergedWeights(model, adapter, into: form, as: type)
      let weights = try DecoderWeights(
        source.configuration, from: source, storage: .stored, on: backend)
      return probe.distance(
        of: try probe.logits(of: weights, on: backend), from: reference, vocabularyCount: width)
    }
    let best = distances.indices.min { distances[$0].divergence < distances[$1].divergence } ?? 0
    let figures = zip(forms, distances).map { form, distance in
      "\(form.name) \(String(format: "%.2e", distance.divergence))"
    }
    let reason =
      "KL divergence from the trained model over \(probe.tokenCount) tokens (\(probe.origin)), "
      + "nats a token: \(figures.joined(separator: ", "))"
    let measured = zip(forms, distances).map { ($0.name, $1.json) }
    return outcome(
      forms[best], reason,
      ["tokens": JSONValue(probe.tokenCount), "distances": .object(JSONObject(measured))])
  }

  private func outcome(
    _ form: MergeForm, _ reason: String, _ measured: JSONObject
  ) -> Outcome {
    Outcome(
      form: form, reason: reason,
      json: [
        "into": .string(form.name), "dtype": .string(type.rawValue),
        "measured": measured.pairs.isEmpty ? .null : .object(measured),
      ])
  }

  /// The rows that were named, else those of the run that the adapter lies in, else built-in texts.
  private func probe() throws -> MergeProbe {
    let width = model.configuration.vocabularyCount
    let beside = Path.join(adapter.path, "../\(RunContext.Place.shards)")
    if let shards = options.shards {
      return try MergeProbe(shards: shards, vocabularyCount: width)
    }
    if options.texts == nil, Path.exists(Path.join(beside, "manifest.json")) {
      return try MergeProbe(shards: Path.normalized(beside), vocabularyCount: width)
    }
    return try MergeProbe(
      texts: options.texts, tokenizer: tokenizerFolder, vocabularyCount: width)
  }

  // MARK: Companions

  /// Where the tokenizer lies: beside the adapter, which has the template it was trained with.
  private var tokenizerFolder: String {
    ModelFiles.hasTokenizer(adapter.path) ? adapter.path : model.path
  }

  private func writeConfiguration(of merged: MergedWeights, to folder: String) throws {
    let file = Path.join(model.path, "config.json")
    var json =
      try JSONValue(configuration: TextFile(file).bytes, at: SourceLocation(file: file))
      .object ?? [:]
    json["quantization_config"] = nil
    if model.configuration.tiesHead, !merged.configuration.tiesHead {
      json["tie_word_embeddings"] = false
    }
    // transformers writes `dtype` since version 5, and reads both.
    for key in ["dtype", "torch_dtype"] where json[key] != nil {
      json[key] = .string(type.rawValue)
    }
    if json["dtype"] == nil, json["torch_dtype"] == nil {
      json["torch_dtype"] = .string(type.rawValue)
    }
    try AtomicFile.write(JSONValue.object(json).pretty, to: Path.join(folder, "config.json"))
  }

  private func copyCompanions(to folder: String) throws {
    let files =
      ModelFiles.tokenizer(in: tokenizerFolder).map { (tokenizerFolder, $0) }
      + ModelFiles.companions(in: model.path).map { (model.path, $0) }
    for (place, name) in files {
      try AtomicFile.copy(Path.join(place, name), to: Path.join(folder, name))
    }
  }

  private func writePassport(_ outcome: Outcome, to folder: String) throws {
    guard Path.exists(Path.join(adapter.path, Passport.fileName)) else { return }
    var passport = try Passport(folder: adapter.path)
    passport.merge = Passport.Merge(
      adapter: Path.normalized(adapter.path), files: try Passport.digests(of: adapter.path),
      outcome: outcome.json)
    passport.files = try Passport.digests(of: folder, leavingOut: Passport.fileName)
    passport.backend = backend.configuration
    try AtomicFile.write(passport.bytes, to: Path.join(folder, Passport.fileName))
  }
}

/// The files beside a model's weights, by what they are for.
enum ModelFiles {
  /// The tokenizer's files that stand in a folder.
  static func tokenizer(in folder: String) -> [String] {
    ModelFolder.tokenizerNames.filter { Path.exists(Path.join(folder, $0)) }
  }

  /// How the model is to be generated with, and which rows it was given, if it says so.
  static func companions(in folder: String) -> [String] {
    ModelFolder.settingsNames.filter { Path.exists(Path.join(folder, $0)) }
  }

  /// Whether a folder holds a tokenizer.
  static func hasTokenizer(_ folder: String) -> Bool {
    ["tokenizer.json", "tokenizer.model", "vocab.json", "tekken.json"].contains {
      Path.exists(Path.join(folder, $0))
    }
  }
}
