import Artifacts
import Fixtures
import Foundation
import Testing

/// The whole chain as users start it, on a model small enough for seconds.
@Suite(.serialized) struct RunCommandTests {
  private let akshara = AksharaProcess()

  /// A model of two layers with random weights, and a recipe that trains it in full.
  private func recipe(_ folder: TemporaryFolder, steps: Int = 30, extra: String = "") throws
    -> String
  {
    let samples = RepositoryPaths.file("samples")
    try FileManager.default.createDirectory(
      atPath: folder.file("model"), withIntermediateDirectories: true)
    let configuration = #"""
      {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
       "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
       "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
       "max_position_embeddings": 1024, "rms_norm_eps": 1e-05, "rope_theta": 10000.0,
       "tie_word_embeddings": true, "torch_dtype": "bfloat16", "vocab_size": 600,
       "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
      """#
    try AtomicFile.write(Array(configuration.utf8), to: folder.file("model/config.json"))
    let text = """
      project: small
      seed: 3
      base_model: model
      sources:
        - {kind: fountain, path: \(samples)/quickstart/kannada-scenes.fountain, assistant: [ಅಜ್ಜಿ], language: kn}
        - {kind: snippets, path: \(samples)/quickstart/snippets.md, assistant: [BUJJI], language: te-Latn}
        - {kind: dolly, path: \(samples)/quickstart/instructions.jsonl}
      curation: {validation_fraction: 0.1}
      tokenizer:
        train: {vocab_size: 600, special_tokens: [<|begin_of_text|>, <|end_of_text|>, <|im_start|>, <|im_end|>]}
      format: {template: chatml, train_on: assistant, max_length: 512}
      training:
        {method: full, init: random, max_steps: \(steps), per_device_train_batch_size: 4,
         learning_rate: 1e-3, logging_steps: 5, save_steps: 10, eval_steps: 20}
      evaluation: {answer_rows: 1, max_new_tokens: 8}
      \(extra)

      """
    try AtomicFile.write(Array(text.utf8), to: folder.file("recipe.yaml"))
    return folder.file("recipe.yaml")
  }

  /// Everything that must not depend on threads or interruptions, by path.
  private func results(_ run: String) throws -> [String: Digest] {
    var digests: [String: Digest] = [:]
    for place in ["import", "curate", "tokenizer", "shards", "model", "evaluate"] {
      for file in try FileTree.files(below: "\(run)/\(place)") {
        digests["\(place)/\(file)"] = try Digest(ofFile: "\(run)/\(place)/\(file)")
      }
    }
    digests["metrics"] = try Digest(ofFile: "\(run)/train/metrics.jsonl")
    return digests
  }

  @Test func runsTheWholeChainAndIsDoneTheSecondTime() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    let recipe = try recipe(folder)
    let first = try akshara.run(["run", recipe, "--output", folder.file("run")])
    #expect(first.status == 0, "\(first.errors)")
    let report = try String(contentsOfFile: folder.file("run/report.html"), encoding: .utf8)
    #expect(report.contains("<svg") && !report.contains("<td>NO</td>"))
    let second = try akshara.run(["run", recipe, "--output", folder.file("run"), "--json"])
    #expect(second.status == 0)
    #expect(try JSONValue(parsing: second.output)["performed"]?.array == [])
    let verified = try akshara.run(["verify", folder.file("run/model")])
    #expect(verified.status == 0, "\(verified.errors)")
  }

  /// Else the adapter would be served with another tokenizer, or another template.
  @Test func shardsAreTrainedOnWithTheirOwnTokenizerAndTemplate() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    let recipe = try recipe(folder, steps: 2)
    let made = try akshara.run(["run", recipe, "--output", folder.file("run"), "--until", "shard"])
    #expect(made.status == 0, "\(made.errors)")
    let (shards, own) = (folder.file("run/shards"), folder.file("run/tokenizer"))
    try AtomicFile.write(Array("ಕನ್ನಡ text".utf8), to: folder.file("text.txt"))
    let other = try akshara.run([
      "tokenizer", "train", folder.file("text.txt"), "--vocab-size", "260", "--output",
      folder.file("other"), "--special", "<|im_start|>", "<|im_end|>",
    ])
    #expect(other.status == 0, "\(other.errors)")
    func train(_ tokenizer: String, _ more: [String] = []) throws -> (status: Int32, errors: String)
    {
      let trained = try akshara.run(
        [
          "train", recipe, "--shards", shards, "--tokenizer", tokenizer, "--output",
          folder.file("trained"),
        ] + more)
      return (trained.status, trained.errors)
    }
    let wrong = try train(folder.file("other"))
    #expect(wrong.status == 2 && wrong.errors.contains("the shard set was made with the tokenizer"))
    let mismatch = try train(own, ["--set", "format.template=vicuna"])
    #expect(mismatch.status == 2 && mismatch.errors.contains("made with chatml"))
    #expect(!Path.exists(folder.file("trained")), "nothing is begun before")
    let right = try train(own)
    #expect(right.status == 0, "\(right.errors)")
    let verified = try akshara.run(["verify", folder.file("trained/model"), "--shards", shards])
    #expect(verified.status == 0, "\(verified.errors)")
  }

  @Test func threadsDoNotChangeAByte() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    let recipe = try recipe(folder)
    for threads in ["1", "2", "3"] {
      let run = try akshara.run(
        ["run", recipe, "--output", folder.file(threads), "--threads", threads])
      #expect(run.status == 0, "\(run.errors)")
    }
    let one = try results(folder.file("1"))
    #expect(one.count > 15)
    #expect(try results(folder.file("2")) == one)
    #expect(try results(folder.file("3")) == one)
  }

  @Test func killedAtAnyMomentItGoesOnToTheSameBytes() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    let recipe = try recipe(folder)
    #expect(try akshara.run(["run", recipe, "--output", folder.file("whole")]).status == 0)
    let (last, kills) = try akshara.runUnderKills(
      ["run", recipe, "--output", folder.file("killed")], delay: 0.02, growth: 1.35)
    #expect(last.status == 0, "\(last.errors)")
    #expect(kills > 3)
    #expect(try results(folder.file("killed")) == results(folder.file("whole")))
  }

  @Test func dryRunSaysWhatIsDoneStaleAndToDo() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    let recipe = try recipe(folder)
    let arguments = ["run", recipe, "--output", folder.file("run")]
    func states(_ more: [String]) throws -> [String] {
      let outcome = try akshara.run(arguments + ["--dry-run", "--json"] + more)
      return try JSONValue(parsing: outcome.output).array?.compactMap { $0["state"]?.string } ?? []
    }
    #expect(try states([]) == Array(repeating: "to do", count: 6))
    #expect(try akshara.run(arguments + ["--until", "shard"]).status == 0)
    #expect(try states([]) == ["done", "done", "done", "done", "to do", "to do"])
    #expect(
      try states(["--set", "format.max_length=100"])
        == ["done", "done", "stale", "stale", "to do", "to do"])
    // A file that was changed by hand makes its stage stale.
    try AtomicFile.write([1], to: folder.file("run/curate/conversations.jsonl"))
    #expect(try states([]).prefix(2) == ["done", "stale"])
  }

  @Test func refusesShardsWhoseProofIsBroken() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    let recipe = try recipe(folder)
    let run = folder.file("run")
    #expect(try akshara.run(["run", recipe, "--output", run, "--until", "shard"]).status == 0)
    let shard =
      "\(run)/shards/train/"
      + (Folder.list("\(run)/shards/train").first { $0.hasPrefix("data-") } ?? "")
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: shard)))
    bytes[bytes.count / 2] ^= 1
    try AtomicFile.write(bytes, to: shard)
    let outcome = try akshara.run([
      "train", recipe, "--shards", "\(run)/shards", "--tokenizer", "\(run)/tokenizer", "--output",
      folder.file("other"),
    ])
    #expect(outcome.status == 3, "\(outcome.errors)")
    #expect(!Path.exists(folder.file("other/model")))
  }

  @Test func aRunStopsBeforeTrainingUntilItsShardsAreApproved() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    let recipe = try recipe(folder, steps: 4)
    let run = folder.file("run")
    func start(_ more: String...) throws -> AksharaProcess.Outcome {
      try akshara.run(
        ["run", recipe, "--output", run, "--set", "training.require_approval=true"] + more)
    }
    let stopped = try start()
    #expect(stopped.status == 3, "\(stopped.errors)")
    #expect(stopped.errors.contains("akshara labels approve \(run)/shards"), "\(stopped.errors)")
    #expect(!Path.exists("\(run)/model") && !Path.exists("\(run)/train/metrics.jsonl"))
    let approved = try akshara.run([
      "labels", "approve", "\(run)/shards", "--by", "R. Rao", "--note", "read",
    ])
    #expect(approved.status == 0, "\(approved.errors)")
    let trained = try start()
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(Path.exists("\(run)/model"))
    #expect(try start("--json").status == 0)
    // Other rows are another set, which nobody has looked at.
    let changed = try start("--set", "format.max_length=300", "--set", "format.truncation=right")
    #expect(changed.status == 3, "\(changed.errors)")
    #expect(changed.errors.contains("not approved"), "\(changed.errors)")
    #expect(Path.exists("\(run)/model"), "what was trained before stays")
  }
}
