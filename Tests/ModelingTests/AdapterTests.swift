import Artifacts
import Compute
import ComputeCPU
import Fixtures
import Foundation
import Testing

@testable import Modeling

@Suite struct LoRAOptionsTests {
  private let place = SourceLocation(file: "recipe.yaml", line: 3)

  private func read(_ entries: [(String, OptionNode.Value)]) throws -> LoRAOptions {
    let table = entries.map {
      OptionNode.Entry(key: $0.0, node: OptionNode($0.1, at: place))
    }
    var reader = try OptionReader(OptionNode(.table(table), at: place), section: "lora")
    return try LoRAOptions(reading: &reader)
  }

  private func list(_ names: String...) -> OptionNode.Value {
    .list(names.map { OptionNode(.scalar(.string($0)), at: place) })
  }

  @Test func keysAreThoseOfPEFT() throws {
    let options = try read([
      ("r", .scalar(8)), ("lora_alpha", .scalar(16)), ("lora_dropout", .scalar(0.05)),
      ("target_modules", list("q_proj", "v_proj")),
    ])
    #expect(
      options
        == LoRAOptions(rank: 8, alpha: 16, dropout: 0.05, targets: .named(["q_proj", "v_proj"])))
    #expect(try options.scaling(ofModule: "model.layers.0.self_attn.q_proj", rank: 8) == 2)
    #expect(try read([("target_modules", .scalar("all-linear"))]) == LoRAOptions())
    #expect(try read([("target_modules", .scalar(".*q_proj"))]).targets == .pattern(".*q_proj"))
    #expect(throws: AksharaError.self) { try read([("target_modules", .list([]))]) }
    #expect(throws: AksharaError.self) { try read([("lora_dropout", .scalar(1))]) }
    #expect(throws: AksharaError.self) { try read([("lora_r", .scalar(8))]) }
  }

  @Test func everyOtherKeyIsReadAsPEFTSpellsIt() throws {
    let options = try read([
      ("target_modules", list("q_proj", "up_proj")), ("layers_to_transform", .scalar(1)),
      ("exclude_modules", list("up_proj")), ("use_rslora", .scalar(true)),
      ("use_dora", .scalar(true)), ("modules_to_save", list("lm_head")),
      ("autocast_adapter_dtype", .scalar(false)),
      ("rank_pattern", .table([.init(key: "q_proj", node: OptionNode(.scalar(4), at: place))])),
      ("alpha_pattern", .table([.init(key: ".*_proj", node: OptionNode(.scalar(6), at: place))])),
      (
        "trainable_token_indices",
        .list([OptionNode(.scalar(3), at: place), OptionNode(.scalar(5), at: place)])
      ),
    ])
    #expect(options.layers == [1])
    #expect(options.excluded == .named(["up_proj"]))
    #expect(options.isRankStabilized && options.isDecomposed && !options.isFloat32)
    #expect(options.savedModules == ["lm_head"])
    #expect(options.trainedTokens == .embedding([3, 5]))
    let module = "model.layers.1.self_attn.q_proj"
    #expect(try options.rank(ofModule: module) == 4)
    #expect(try options.rank(ofModule: "model.layers.1.mlp.up_proj") == 16)
    #expect(try options.scaling(ofModule: module, rank: 4) == 3)
    let chosen = try options.modules(in: SmallModel.configuration())
    #expect(chosen.map { ParameterName.module(layer: $0.0, $0.1) } == [module])
  }

  @Test func keysThatClashOrFitNothingAreRefusedByName() {
    func message(_ entries: [(String, OptionNode.Value)]) -> String {
      do {
        let options = try read(entries)
        _ = try options.modules(in: SmallModel.configuration())
        _ = try options.savedModules(in: SmallModel.configuration())
        return "no error"
      } catch { return "\(error)" }
    }
    func table(_ key: String) -> OptionNode.Value {
      .table([.init(key: key, node: OptionNode(.scalar(2), at: place))])
    }
    let tokens = OptionNode.Value.list([OptionNode(.scalar(3), at: place)])
    #expect(message([("layers_to_transform", .scalar(0))]).contains("`layers_to_transform`"))
    #expect(
      message([("layers_to_transform", .scalar(9)), ("target_modules", list("q_proj"))])
        .contains("the model has 2 layers"))
    #expect(message([("rank_pattern", table("r_proj"))]).contains("`lora.rank_pattern`"))
    #expect(message([("alpha_pattern", table("("))]).contains("no regular expression"))
    #expect(message([("target_modules", .scalar("(q_proj"))]).contains("no regular expression"))
    #expect(message([("target_modules", .scalar("q_proj"))]).contains("called `q_proj`"))
    #expect(message([("modules_to_save", list("q_proj"))]).contains("the linear layer `q_proj`"))
    #expect(message([("modules_to_save", list("score"))]).contains("`score`"))
    #expect(
      message([("modules_to_save", list("embed_tokens")), ("trainable_token_indices", tokens)])
        .contains("stands in `modules_to_save` and in `trainable_token_indices`"))
  }

  @Test func savedModulesFitByTheEndOfTheirNames() throws {
    func names(_ wanted: String) throws -> [String] {
      var options = LoRAOptions()
      options.savedModules = [wanted]
      return try options.savedModules(in: SmallModel.richConfiguration()).map(\.moduleName)
    }
    #expect(try names("lm_head") == ["lm_head"])
    #expect(try names("model.norm") == ["model.norm"])
    #expect(try names("norm").count == 9)
    #expect(try names("1.input_layernorm") == ["model.layers.1.input_layernorm"])
  }

  @Test func namesPickModulesAsPEFTPicksThem() throws {
    let shape = SmallModel.configuration()
    func modules(_ names: [String]) throws -> [String] {
      try LoRAOptions(targets: .named(names)).modules(in: shape).map {
        ParameterName.module(layer: $0.0, $0.1)
      }
    }
    #expect(try LoRAOptions().modules(in: shape).count == 14)
    #expect(
      try modules(["v_proj", "q_proj"]) == [
        "model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.v_proj",
        "model.layers.1.self_attn.q_proj", "model.layers.1.self_attn.v_proj",
      ])
    #expect(try modules(["layers.1.mlp.up_proj"]) == ["model.layers.1.mlp.up_proj"])
    for wrong in ["proj", "lm_head", "embed_tokens", "layers.2.mlp.up_proj"] {
      #expect(throws: AksharaError.self) { try modules(["q_proj", wrong]) }
    }
  }
}

@Suite struct AdapterFolderTests {
  @Test func anAdapterThatWasWrittenIsReadBack() throws {
    let backend = try CPUBackend(threads: 1)
    let folder = TemporaryFolder()
    let base = try SmallModel.weights(on: backend)
    let options = LoRAOptions(rank: 3, alpha: 12, targets: .named(["q_proj", "down_proj"]))
    let adapted = try base.addingAdapter(options, seed: 4, on: backend)
    for (index, adapter) in adapted.adapters.enumerated() {
      fill(adapter.adapter.b, seed: UInt64(index), scale: 1, on: backend)
    }
    let configuration = AdapterConfiguration(options, baseName: "base", baseRevision: nil)
    let path = folder.file("adapter")
    try AdapterFolder.write(adapted, configuration, to: path, from: backend)
    let opened = try AdapterFolder(path)
    #expect(opened.configuration == configuration)
    let read = try opened.load(onto: base, on: backend)
    #expect(read.adapters.count == 4)
    for (ours, theirs) in zip(adapted.adapters, read.adapters) {
      #expect(ours.layer == theirs.layer && ours.projection == theirs.projection)
      #expect(ours.adapter.a.floats(from: backend) == theirs.adapter.a.floats(from: backend))
      #expect(ours.adapter.b.floats(from: backend) == theirs.adapter.b.floats(from: backend))
      #expect(theirs.adapter.scaling == 4)
    }
    let file = try SafetensorsFile("\(path)/adapter_model.safetensors")
    #expect(
      file.names == [
        "base_model.model.model.layers.0.mlp.down_proj.lora_A.weight",
        "base_model.model.model.layers.0.mlp.down_proj.lora_B.weight",
        "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
        "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight",
        "base_model.model.model.layers.1.mlp.down_proj.lora_A.weight",
        "base_model.model.model.layers.1.mlp.down_proj.lora_B.weight",
        "base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight",
        "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight",
      ])
  }

  @Test(arguments: [true, false])
  func allThatAnAdapterTrainsIsWrittenAndReadBack(tied: Bool) throws {
    let backend = try CPUBackend(threads: 1)
    let folder = TemporaryFolder()
    let base = try SmallModel.weights(tied: tied, isRich: true, on: backend)
    var options = LoRAOptions(rank: 3, alpha: 5)
    options.isDecomposed = true
    options.isRankStabilized = true
    options.ranks = [ModulePattern("q_proj", 2)]
    options.savedModules = ["model.norm", "q_norm"]
    options.trainedTokens = .embedding([4, 2])
    let adapted = try base.addingAdapter(options, seed: 4, on: backend)
    for (index, entry) in adapted.adapterTensors.enumerated() {
      fill(entry.tensor, seed: UInt64(index), scale: 0.3, on: backend)
    }
    let configuration = AdapterConfiguration(options, baseName: "base", baseRevision: nil)
    try AdapterFolder.write(adapted, configuration, to: folder.file("a"), from: backend)
    let opened = try AdapterFolder(folder.file("a"))
    #expect(opened.configuration == configuration)
    let read = try opened.load(onto: base, on: backend)
    #expect(read.adapterTensors.map(\.name) == adapted.adapterTensors.map(\.name))
    func logits(_ weights: DecoderWeights) throws -> [Float] {
      try DecoderModel(weights, for: .scoring, capacity: 16, positions: 8, on: backend)
        .logits(of: SmallModel.batch)
    }
    let plain = try logits(base)
    #expect(try logits(read) == logits(adapted))
    #expect(try logits(read) != plain)
    #expect(try logits(read.withoutAdapter) == plain)
    #expect(!read.withoutAdapter.hasAdapter)
  }

  @Test func anAdapterOfSixteenBitsIsRoundedAndWrittenSo() throws {
    let backend = try CPUBackend(threads: 1)
    let folder = TemporaryFolder()
    var shape = SmallModel.configuration()
    shape.storedType = .bfloat16
    let base = try DecoderWeights(
      shape, from: RandomWeights(seed: 7, standardDeviation: 0.2), on: backend)
    var options = LoRAOptions(rank: 3)
    options.isFloat32 = false
    let adapted = try base.addingAdapter(options, seed: 4, on: backend)
    let model = try DecoderModel(
      adapted, for: .training(.adapter), capacity: 8, positions: 8, on: backend)
    let values = model.parameters[0].value.floats(from: backend)
    #expect(values.allSatisfy { $0.bitPattern & 0xFFFF == 0 })
    set(model.parameters[0].value, values.map { $0 * 1.1 }, on: backend)
    model.roundParameters()
    let rounded = model.parameters[0].value.floats(from: backend)
    #expect(rounded.allSatisfy { $0.bitPattern & 0xFFFF == 0 })
    for (value, kept) in zip(values, rounded) {
      #expect(abs(value * 1.1 - kept) <= abs(value) / 200)
    }
    let configuration = AdapterConfiguration(options, baseName: nil, baseRevision: nil)
    try AdapterFolder.write(adapted, configuration, to: folder.file("a"), from: backend)
    let file = try SafetensorsFile(folder.file("a/adapter_model.safetensors"))
    #expect(file.tensors.values.allSatisfy { $0.type == .bf16 })
    let read = try AdapterFolder(folder.file("a")).load(onto: base, on: backend)
    #expect(read.adapterTensors[0].tensor.floats(from: backend) == rounded)
  }

  @Test func anAdapterThatPEFTWroteGivesItsLogits() throws {
    guard let file = try FixtureTensors("lora.safetensors"), let batches = try FixtureBatches(),
      let model = RepositoryPaths.shared("fixtures/tiny"),
      let adapter = RepositoryPaths.shared("fixtures/tiny_adapter")
    else { return }
    let backend = try CPUBackend(threads: 2)
    let weights = try DecoderWeights.load(
      model: ModelFolder(model), adapter: AdapterFolder(adapter), on: backend)
    let decoder = try DecoderModel(
      weights, for: .scoring, capacity: 144, positions: 48, on: backend)
    let ours = try decoder.logits(of: batches.microBatch(0))
    let theirs = try file.floats("logits")
    let kept = (0..<3).flatMap { Array(batches.range(0, $0)) }
    let reference = kept.flatMap { theirs[$0 * 512..<$0 * 512 + 512] }
    let worst = zip(ours, reference).map { abs($0 - $1) }.max() ?? 1
    #expect(ours.count == reference.count)
    #expect(worst < 1e-5, "\(worst)")
  }

  @Test func theConfigurationHasTheKeysOfPEFT() throws {
    guard let path = RepositoryPaths.shared("fixtures/tiny_adapter/adapter_config.json") else {
      return
    }
    let theirs = try JSONValue(parsing: TextFile(path).bytes)
    let options = LoRAOptions(rank: 4, alpha: 8)
    let ours = AdapterConfiguration(options, baseName: nil, baseRevision: nil).json
    #expect(ours.object?.keys == theirs.object?.keys)
    for key in theirs.object?.keys ?? [] where key != "target_modules" {
      #expect(ours[key] == theirs[key], "\(key)")
    }
    let modules = theirs["target_modules"]?.array?.compactMap(\.string).sorted()
    #expect(ours["target_modules"]?.array?.compactMap(\.string) == modules)
  }

  @Test(
    arguments: [
      ("bias", "all"), ("peft_type", "IA3"), ("fan_in_fan_out", true), ("lora_bias", true),
      ("layer_replication", [[0, 1]]), ("target_parameters", ["w"]), ("use_qalora", true),
      // PEFT changes the base when it loads these.
      ("init_lora_weights", "pissa"), ("init_lora_weights", "pissa_niter_4"),
      ("init_lora_weights", "olora"), ("init_lora_weights", "loftq"),
    ] as [(String, JSONValue)])
  func whatIsNotPlainLoRAIsRefusedByName(key: String, value: JSONValue) throws {
    let place = SourceLocation(file: "adapter_config.json")
    let plain = AdapterConfiguration(LoRAOptions(), baseName: nil, baseRevision: nil).json
    var object = try #require(plain.object)
    object[key] = value
    let error = #expect(throws: AksharaError.self) {
      try AdapterConfiguration(json: .object(object), at: place)
    }
    #expect(error?.message.contains("`\(key)`") == true)
  }

  @Test(arguments: [true, false, "gaussian", "eva", "orthogonal"] as [JSONValue])
  func howAPlainAdapterBeganIsNoMatter(beginning: JSONValue) throws {
    let plain = AdapterConfiguration(LoRAOptions(), baseName: nil, baseRevision: nil).json
    var object = try #require(plain.object)
    object["init_lora_weights"] = beginning
    _ = try AdapterConfiguration(
      json: .object(object), at: SourceLocation(file: "adapter_config.json"))
  }

  /// A base with a new adapter, which is written to a folder, too.
  @discardableResult
  private func adapted(
    _ base: DecoderWeights, in folder: String, on backend: any Backend
  ) throws -> DecoderWeights {
    let options = LoRAOptions(rank: 2)
    let adapted = try base.addingAdapter(options, seed: 0, on: backend)
    let configuration = AdapterConfiguration(options, baseName: nil, baseRevision: nil)
    try AdapterFolder.write(adapted, configuration, to: folder, from: backend)
    return adapted
  }

  @Test func anAdapterOfAnotherBaseIsRefused() throws {
    let backend = try CPUBackend(threads: 1)
    let folder = TemporaryFolder()
    let base = try SmallModel.weights(on: backend)
    try adapted(base, in: folder.file("a"), on: backend)
    var shallow = base
    shallow.layers.removeLast()
    #expect(throws: AksharaError.self) {
      try AdapterFolder(folder.file("a")).load(onto: shallow, on: backend)
    }
  }

  @Test func aLowRankUpdateOfTheHeadIsLeftToMerging() throws {
    let backend = try CPUBackend(threads: 1)
    let folder = TemporaryFolder()
    let base = try SmallModel.weights(on: backend)
    let adapted = try adapted(base, in: folder.file("a"), on: backend)
    var writer = SafetensorsWriter()
    for (name, tensor) in adapted.adapterTensors {
      let bytes = tensor.floats(from: backend).withUnsafeBytes { Array($0) }
      try writer.add(name, .f32, Array(tensor.shape), bytes: bytes)
    }
    try writer.add(
      "base_model.model.lm_head.lora_A.weight", .f32, [1], bytes: [0, 0, 0, 0])
    try writer.write(to: folder.file("a/adapter_model.safetensors"))
    #expect {
      try AdapterFolder(folder.file("a")).load(onto: base, on: backend)
    } throws: {
      "\($0)".contains("`base_model.model.lm_head.lora_A.weight`")
        && "\($0)".contains("akshara merge --into bf16")
    }
  }

  /// PEFT draws A by `kaiming_uniform_(a=√5)`: uniform in ±1/√in, and sets B to zero.
  @Test func aNewAdapterBeginsAsPEFTBeginsAndChangesNothing() throws {
    let backend = try CPUBackend(threads: 1)
    let base = try SmallModel.weights(on: backend)
    let adapted = try base.addingAdapter(LoRAOptions(rank: 400), seed: 1, on: backend)
    for (_, projection, adapter) in adapted.adapters {
      let inputs = projection.shape(in: base.configuration).inputs
      let bound = 1 / Double(inputs).squareRoot()
      let values = adapter.a.floats(from: backend).map { Double($0) / bound }
      #expect(values.allSatisfy { abs($0) <= 1 })
      let mean = values.reduce(0, +) / Double(values.count)
      let square = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
      // Mean 0 and mean square 1/3; 4,800 values or more, four standard errors.
      #expect(abs(mean) < 0.034)
      #expect(abs(square - 1 / 3) < 0.018)
      #expect(adapter.b.floats(from: backend).allSatisfy { $0 == 0 })
    }
    func logits(_ weights: DecoderWeights) throws -> [Float] {
      try DecoderModel(weights, for: .scoring, capacity: 16, positions: 8, on: backend)
        .logits(of: SmallModel.batch)
    }
    #expect(try logits(adapted) == logits(base))
  }
}
