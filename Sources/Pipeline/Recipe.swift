package import Artifacts
package import Batching
package import Conversations
package import Curation
package import Evaluation
package import Modeling
package import Training
package import Transfer

/// What `akshara run` executes: each stage's own options, composed.
///
/// Paths are resolved against the recipe's folder; everything else is as written or defaulted.
package struct Recipe: Sendable {
  /// The folder that relative paths count from.
  package var folder: String
  /// Names the run directory.
  package var project: String
  /// The one seed, from which every stage's default seed is taken.
  package var seed: Int
  /// A folder in Hugging Face's layout.
  package var baseModel: String
  /// What adapters call the base: its name on the hub, else its folder.
  package var baseName: String
  /// The commit of a base from the hub.
  package var baseRevision: String?
  /// What is imported, in order.
  package var sources: [ImportOptions]
  /// What is kept, and how it is split.
  package var curation: CurationOptions
  /// Which tokenizer.
  package var tokenizer: TokenizerOptions
  /// Template, labels and lengths.
  package var format: FormatOptions
  /// How base weights are stored.
  package var quantization: QuantizationOptions
  /// The adapter; `nil` for full training.
  package var lora: LoRAOptions?
  /// How it is trained.
  package var training: TrainingOptions
  /// What is evaluated.
  package var evaluation: EvaluationOptions
  /// All resolved values, with paths as the recipe writes them, so that they do not depend on where
  /// it is run from: what manifests hold.
  package private(set) var json: JSONValue
  /// Whether the recipe says how rows are made.
  let statesFormat: Bool

  /// What a recipe is read for.
  package enum Use: Sendable {
    /// All stages, or some of them from the first on.
    case run
    /// The training on a shard set that is there: neither raw sources nor a tokenizer to shard with nor
    /// prompts to evaluate are read.
    case trainingAlone
  }

  /// What it was read for.
  private let use: Use

  /// Reads a recipe and checks every key, also against one another.
  ///
  /// - Parameters:
  ///   - use: files that are not needed for it need not be there, and are not brought.
  ///   - pull: brings a base model, or a source, that is named `hf://…`.
  /// - Throws: `invalidOption` or `missingFile`, with the line; what `pull` throws.
  package init(
    _ file: RecipeFile, for use: Use = .run, pull: (HubRepository) throws -> HubSnapshot
  ) throws {
    self.use = use
    var reader = try OptionReader(file.root, section: "")
    let folder = Path.folder(of: file.path)
    self.folder = folder
    project = try Self.project(&reader)
    seed = try reader.integer("seed", in: 0...Int(Int32.max)) ?? 0
    let baseLocation = reader.node("base_model")?.location
    guard let base = try reader.string("base_model") else { throw reader.missing("base_model") }
    if HubRepository.isName(base) {
      let snapshot = try pull(HubRepository(base))
      baseModel = snapshot.path
      baseName = snapshot.repository.id
      baseRevision = snapshot.commit
    } else {
      baseModel = Path.normalized(Path.join(folder, base))
      baseName = baseModel
    }
    sources = try Self.sources(&reader, folder: folder, seed: seed, for: use, pull: pull)
    curation = try Self.section(&reader, "curation", seed: seed, CurationOptions.init(reading:))
    tokenizer = try Self.section(&reader, "tokenizer", TokenizerOptions.init(reading:))
    statesFormat = file.root.json["format"] != nil
    format = try Self.section(&reader, "format", seed: seed, FormatOptions.init(reading:))
    training = try Self.section(&reader, "training", seed: seed, TrainingOptions.init(reading:))
    quantization = try Self.section(&reader, "quantization", QuantizationOptions.init(reading:))
    if file.root.json["quantization"] == nil { quantization.isFourBit = training.method == .qlora }
    if training.usesBFloat16, file.root.json["quantization"]?["bnb_4bit_compute_dtype"] == nil {
      quantization.computeType = .bfloat16
    }
    let adapter = try Self.section(&reader, "lora", LoRAOptions.init(reading:))
    lora = training.method == .full ? nil : adapter
    let hasAdapter = file.root.json["lora"] != nil
    evaluation = try Self.section(&reader, "evaluation", EvaluationOptions.init(reading:))
    try reader.finish()
    json = [
      "project": .string(project), "seed": JSONValue(seed),
      "base_model": file.root.json["base_model"] ?? .null,
      "sources": .array(sources.map(\.json)), "curation": curation.json,
      "tokenizer": tokenizer.json, "format": format.json, "quantization": quantization.json,
      "lora": lora?.json ?? .null, "training": training.json, "evaluation": evaluation.json,
    ]
    if let path = tokenizer.path { tokenizer.path = Path.join(folder, path) }
    if let prompts = evaluation.prompts { evaluation.prompts = Path.join(folder, prompts) }
    try checkMethod(hasAdapter: hasAdapter, at: reader.location)
    try checkFiles(base: base, at: baseLocation ?? reader.location)
  }

  /// The files that sources name, in the order in which they are read.
  ///
  /// `name` is what provenances call a file: for one from the hub its name there.
  ///
  /// For the training alone, sources of which a path names no file are left out.
  ///
  /// - Throws: `missingFile` if one went away since the recipe was read.
  package var sourceFiles: [(path: String, name: String, source: ImportOptions)] {
    get throws {
      let absent = use == .trainingAlone ? absentSources : []
      return try sources.filter { !absent.contains($0.paths) }.flatMap { source in
        var skipped: [String] = []
        return try SourcePaths.find(
          source.paths, relativeTo: folder, kind: source.kind, named: source.names,
          skipping: &skipped
        ).map { ($0.path, $0.name, source) }
      }
    }
  }

  /// The recipe with another format.
  func taking(_ format: FormatOptions) -> Recipe {
    var recipe = self
    recipe.format = format
    if case .object(var object) = json {
      object["format"] = format.json
      recipe.json = .object(object)
    }
    return recipe
  }

  /// The recipe without the sources from which none of `names` comes.
  func keepingSources(_ names: Set<String>) throws -> Recipe {
    var recipe = self
    let used = Set(try sourceFiles.filter { names.contains($0.name) }.map(\.source.paths))
    recipe.sources.removeAll { !used.contains($0.paths) }
    return recipe
  }

  /// The paths of the sources that are not there, each as the recipe writes them.
  var absentSources: [[String]] {
    sources.map(\.paths).filter { paths in
      paths.contains { (try? SourcePaths.find([$0], relativeTo: folder)) == nil }
    }
  }

  /// What the trained bits depend on besides the data: everything but the evaluation and what is
  /// merely reported.
  var trainingJSON: JSONValue {
    guard case .object(var object) = json else { return json }
    object["evaluation"] = nil
    if case .object(var training)? = object["training"] {
      for key in TrainingOptions.keysWithoutEffect { training[key] = nil }
      object["training"] = .object(training)
    }
    return .object(object)
  }
}

extension Recipe {
  private static func project(_ reader: inout OptionReader) throws -> String {
    guard let node = reader.node("project"), let project = node.json.string else {
      throw reader.missing("project")
    }
    // The name becomes a folder: nothing in it may lead elsewhere.
    guard project.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil else {
      throw AksharaError(
        .invalidOption, "`project` is \"\(project)\"", at: node.location,
        remedy: "use letters, digits, '.', '_' and '-'; it names the run directory")
    }
    return project
  }

  private static func sources(
    _ reader: inout OptionReader, folder: String, seed: Int, for use: Use,
    pull: (HubRepository) throws -> HubSnapshot
  ) throws -> [ImportOptions] {
    let nodes = try reader.list("sources")
    guard !nodes.isEmpty else { throw reader.missing("sources") }
    return try nodes.enumerated().map { index, node in
      var source = try OptionReader(node, section: "sources[\(index)]")
      let isWritten = source.node("seed") != nil
      var options = try ImportOptions(reading: &source)
      if !isWritten { options.seed = seed }
      guard use == .run else { return options }
      options = try HubSources.resolve(options, pull: pull)
      for path in options.paths
      where (try? SourcePaths.find([path], relativeTo: folder)) == nil {
        throw AksharaError(
          .missingFile, "no file matches `\(path)`", at: node.location,
          remedy: "paths count from the recipe's folder")
      }
      return options
    }
  }

  private static func section<Options>(
    _ reader: inout OptionReader, _ key: String,
    _ read: (inout OptionReader) throws -> Options
  ) throws -> Options {
    var table = try reader.table(key)
    return try read(&table)
  }

  /// A section whose `seed`, where it is not written, is the recipe's.
  private static func section<Options: SeededOptions>(
    _ reader: inout OptionReader, _ key: String, seed: Int,
    _ read: (inout OptionReader) throws -> Options
  ) throws -> Options {
    var table = try reader.table(key)
    let isWritten = table.node("seed") != nil
    var options = try read(&table)
    if !isWritten { options.seed = .init(seed) }
    return options
  }

  /// Looks for the files that the recipe names, before hours are spent on those that are there.
  private func checkFiles(base: String, at location: SourceLocation) throws {
    let remedy = "paths count from the recipe's folder"
    guard Path.exists(Path.join(baseModel, "config.json")) else {
      throw AksharaError(
        .missingFile, "`base_model` is `\(base)`, but there is no \(baseModel)/config.json",
        at: location, remedy: "give a folder in Hugging Face's layout; \(remedy)")
    }
    guard use == .run else { return }
    for path in [tokenizer.path, evaluation.prompts].compactMap(\.self) where !Path.exists(path) {
      throw AksharaError(
        .missingFile, "the recipe names `\(path)`, which is not there",
        at: SourceLocation(file: location.file), remedy: remedy)
    }
  }

  private func checkMethod(hasAdapter: Bool, at location: SourceLocation) throws {
    let conflict: (String, String)? =
      switch training.method {
      case .qlora where !quantization.isQuantized:
        (
          "`training.method` is qlora, but neither `quantization.load_in_4bit` nor `load_in_8bit` is true",
          "set one of them to true, or use method: lora"
        )
      case .lora where quantization.isQuantized:
        (
          "`training.method` is lora, but `quantization` asks for a quantized base",
          "use method: qlora, or set `load_in_4bit` and `load_in_8bit` to false"
        )
      case .full where quantization.isQuantized:
        (
          "`training.method` is full, but `quantization` asks for a quantized base",
          "quantized weights cannot be trained: remove `quantization`"
        )
      case .qlora where training.usesBFloat16 && quantization.computeType != .bfloat16:
        (
          "`training.bf16` is true, but `quantization.bnb_4bit_compute_dtype` is float32",
          "remove one of them: all products are made in one type"
        )
      case .full where hasAdapter:
        ("`training.method` is full, but there is a `lora` table", "remove one of them")
      default: nil
      }
    guard let (message, remedy) = conflict else { return }
    throw AksharaError(.invalidOption, message, at: location, remedy: remedy)
  }
}

/// Options of a stage that makes random choices.
package protocol SeededOptions {
  associatedtype Seed: BinaryInteger
  /// The seed of its choices.
  var seed: Seed { get set }
}

extension CurationOptions: SeededOptions {}
extension FormatOptions: SeededOptions {}
extension TrainingOptions: SeededOptions {}
