import Artifacts
import Fixtures
import Foundation
import Testing

/// An adapter over a small base: merged, and walked back to its sources.
@Suite(.serialized) struct MergeCommandTests {
  private let akshara = AksharaProcess()

  private func recipe(_ folder: TemporaryFolder, _ name: String, _ rest: String) throws -> String {
    let text = """
      project: \(name)
      seed: 3
      sources:
        - {kind: dolly, path: rows.jsonl}
      curation: {validation_fraction: 0.2}
      format: {template: chatml, train_on: assistant, max_length: 400, truncation: drop}
      evaluation: {answer_rows: 1, max_new_tokens: 4}
      \(rest)

      """
    try AtomicFile.write(Array(text.utf8), to: folder.file("\(name).yaml"))
    return folder.file("\(name).yaml")
  }

  /// A base that was trained for a moment, and an adapter over it in NF4.
  private func makeAdapter(_ akshara: AksharaProcess, _ folder: TemporaryFolder) throws {
    let manager = FileManager.default
    try manager.createDirectory(
      atPath: folder.file("shape"), withIntermediateDirectories: true)
    let rows = try String(
      contentsOfFile: RepositoryPaths.file("samples/quickstart/instructions.jsonl"),
      encoding: .utf8
    ).split(separator: "\n").prefix(40).joined(separator: "\n")
    try AtomicFile.write(Array(rows.utf8), to: folder.file("rows.jsonl"))
    let configuration: JSONValue = [
      "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
      "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
      "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
      "max_position_embeddings": 512, "rms_norm_eps": 1e-05, "tie_word_embeddings": true,
      "torch_dtype": "bfloat16", "vocab_size": 400, "initializer_range": 0.2,
    ]
    try AtomicFile.write(configuration.pretty, to: folder.file("shape/config.json"))
    let base = try recipe(
      folder, "base",
      """
      base_model: shape
      tokenizer:
        train: {vocab_size: 400, special_tokens: [<|begin_of_text|>, <|end_of_text|>, <|im_start|>, <|im_end|>]}
      training: {method: full, init: random, max_steps: 4, per_device_train_batch_size: 4}
      """)
    let first = try akshara.run(["run", base, "--output", folder.file("base")])
    #expect(first.status == 0, "\(first.errors)")
    let adapter = try recipe(
      folder, "qlora",
      """
      base_model: base/model
      lora: {r: 8, lora_alpha: 16}
      training: {method: qlora, max_steps: 12, per_device_train_batch_size: 4, learning_rate: 2e-2}
      """)
    let second = try akshara.run(["run", adapter, "--output", folder.file("run")])
    #expect(second.status == 0, "\(second.errors)")
  }

  @Test func theFormIsChosenByWhatWasMeasured() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try makeAdapter(akshara, folder)
    let adapter = folder.file("run/adapter")
    let merged = folder.file("run/merged")
    let outcome = try akshara.run(["merge", adapter, "--output", merged, "--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try JSONValue(parsing: outcome.output)
    // An adapter that was trained over NF4 belongs to the values that NF4 stands for.
    #expect(json["into"]?.string == "dequantized nf4")
    let distances = json["measured"]?["distances"]
    let stored = try #require(distances?["stored"]?["kl_divergence"]?.double)
    let dequantized = try #require(distances?["dequantized nf4"]?["kl_divergence"]?.double)
    #expect(dequantized < 1e-3 && dequantized < 0.1 * stored, "\(dequantized) \(stored)")
    #expect(outcome.errors.contains("merge: into dequantized nf4, since KL divergence"))
    let verified = try akshara.run(["verify", merged])
    #expect(verified.status == 0, "\(verified.errors)")

    // The same in small files, and the same text from base with adapter and from the merged model.
    let parts = try akshara.run([
      "merge", adapter, "--into", "dequantized", "--output", folder.file("parts"),
      "--max-shard-size", "60000",
    ])
    #expect(parts.status == 0, "\(parts.errors)")
    #expect(Path.exists(folder.file("parts/model.safetensors.index.json")))
    func text(_ model: [String]) throws -> String {
      try akshara.run(
        ["generate", "--prompt", "What is", "--raw", "--max-tokens", "12", "--json"] + model
      ).output
    }
    let whole = try text(["--model", merged])
    #expect(try text(["--model", folder.file("parts")]) == whole)
    #expect(!whole.isEmpty)
    // Nothing is measured where nothing can be chosen.
    let refused = try akshara.run([
      "merge", adapter, "--trained-over", "stored", "--into", "dequantized", "--output",
      folder.file("never"),
    ])
    #expect(refused.status == 2 && !Path.exists(folder.file("never")))
  }

  @Test func aByteChangedAnywhereOnTheWayIsFoundAndNamed() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try makeAdapter(akshara, folder)
    let merged = folder.file("run/merged")
    let done = try akshara.run([
      "merge", folder.file("run/adapter"), "--into", "bf16", "--output", merged,
    ])
    #expect(done.status == 0, "\(done.errors)")
    var files: [String] = ["rows.jsonl"]
    for part in [
      "run/adapter", "run/merged", "run/shards", "run/curate", "run/import", "run/tokenizer",
    ] {
      files += try FileTree.files(below: folder.file(part)).map { "\(part)/\($0)" }
    }
    files += ["base/model/config.json", "base/model/model.safetensors"]
    #expect(files.count > 25)
    for file in files {
      let path = folder.file(file)
      let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
      // An empty file (nothing quarantined, nothing dropped) gets a byte.
      var changed = bytes
      if changed.isEmpty { changed = [10] } else { changed[changed.count / 2] ^= 1 }
      try AtomicFile.write(changed, to: path)
      let found = try akshara.run(["verify", merged])
      try AtomicFile.write(bytes, to: path)
      let place = Path.name(of: file)
      if file.hasSuffix("merged/akshara_manifest.json") {
        #expect(found.status != 0 && found.errors.contains(place), "\(file): \(found.errors)")
      } else {
        #expect(found.status == 3 && found.errors.contains(place), "\(file): \(found.errors)")
      }
    }
    #expect(try akshara.run(["verify", merged]).status == 0)
  }
}
