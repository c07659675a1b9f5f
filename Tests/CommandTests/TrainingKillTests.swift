import Artifacts
import Fixtures
import Foundation
import Testing

/// Training that is killed at random moments, over and over, and goes on to the same bytes.
@Suite(.serialized) struct TrainingKillTests {
  private let akshara = AksharaProcess()
  private let folder = TemporaryFolder()

  /// The moments of a seed: SplitMix64 (Steele et al. 2014, "Fast splittable pseudorandom number
  /// generators").
  private struct Moments: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private func recipe(_ name: String, _ rest: String) throws -> String {
    let samples = RepositoryPaths.file("samples")
    let text = """
      project: \(name)
      seed: 3
      sources:
        - {kind: dolly, path: \(samples)/quickstart/instructions.jsonl}
      curation: {validation_fraction: 0.1}
      format: {template: chatml, train_on: assistant, max_length: 160, truncation: drop}
      \(rest)

      """
    try AtomicFile.write(Array(text.utf8), to: folder.file("\(name).yaml"))
    return folder.file("\(name).yaml")
  }

  /// A recipe of many short steps with everything that a checkpoint must hold: 8-bit moments, dropout,
  /// accumulated gradients, a schedule, held-out losses and the best of them.
  private func trainingRecipe(_ akshara: AksharaProcess) throws -> String {
    let configuration: JSONValue = [
      "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
      "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2,
      "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
      "max_position_embeddings": 512, "rms_norm_eps": 1e-05, "tie_word_embeddings": true,
      "torch_dtype": "bfloat16", "vocab_size": 500,
    ]
    try AtomicFile.write(configuration.pretty, to: folder.file("shape/config.json"))
    let base = try recipe(
      "base",
      """
      base_model: shape
      tokenizer:
        train: {vocab_size: 500, special_tokens: [<|begin_of_text|>, <|end_of_text|>, <|im_start|>, <|im_end|>]}
      training: {method: full, init: random, max_steps: 2, per_device_train_batch_size: 4}
      """)
    let made = try akshara.run(["run", base, "--output", folder.file("base"), "--until", "train"])
    try #require(made.status == 0, "\(made.errors)")
    return try recipe(
      "killed",
      """
      base_model: base/model
      lora: {r: 8, lora_alpha: 16, lora_dropout: 0.1, use_dora: true, modules_to_save: [norm]}
      training:
        {method: qlora, max_steps: 80, per_device_train_batch_size: 2, gradient_accumulation_steps: 2,
         learning_rate: 5e-3, lr_scheduler_type: cosine, warmup_steps: 6, optim: paged_adamw_8bit,
         logging_steps: 1, save_steps: 4, save_total_limit: 2, eval_steps: 8}
      """)
  }

  /// Everything that training leaves and that must not depend on interruptions.
  private func results(_ run: String) throws -> [String: Digest] {
    var digests: [String: Digest] = [:]
    for file in try FileTree.files(below: "\(run)/adapter") {
      digests[file] = try Digest(ofFile: "\(run)/adapter/\(file)")
    }
    digests["metrics"] = try Digest(ofFile: "\(run)/train/metrics.jsonl")
    return digests
  }

  /// The checkpoint that is being written, by its partial folder.
  private func isWritingCheckpoint(_ run: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(run)/train")) ?? []
    return names.contains { $0.hasPrefix(".checkpoint-") && $0.hasSuffix(".partial") }
  }

  /// Waits for a random moment: anywhere in the run, or while a checkpoint is written.
  ///
  /// - Returns: whether it is one of the latter; `nil` if the run ended before.
  private func wait(
    _ process: AksharaProcess.Running, _ run: String, inCheckpoint: Bool, longest: Double,
    _ moments: inout Moments
  ) -> Bool? {
    if !inCheckpoint {
      let end = Date.now.addingTimeInterval(.random(in: 0..<longest, using: &moments))
      while process.isRunning, Date.now < end { usleep(300) }
      return process.isRunning ? isWritingCheckpoint(run) : nil
    }
    // Some checkpoints are let pass, so that the run gets on.
    for _ in 0...Int.random(in: 0...2, using: &moments) {
      while process.isRunning, isWritingCheckpoint(run) { usleep(100) }
      while process.isRunning, !isWritingCheckpoint(run) { usleep(100) }
    }
    usleep(.random(in: 0..<2_000, using: &moments))
    return process.isRunning ? isWritingCheckpoint(run) : nil
  }

  /// Kills the run at random moments until one of its turns ends by itself, or `most` kills were made.
  private func interrupt(
    _ run: String, _ arguments: [String], most: Int, longest: Double, _ moments: inout Moments
  ) throws -> Kills {
    var kills = Kills()
    while kills.all < most {
      let process = try #require(akshara).start(arguments + [run])
      let moment = wait(
        process, run, inCheckpoint: kills.all % 2 == 1, longest: longest, &moments)
      if moment != nil { process.killHard() }
      _ = process.finish()
      guard let inCheckpoint = moment else { break }
      kills.all += 1
      kills.inCheckpoints += inCheckpoint ? 1 : 0
    }
    return kills
  }

  /// How often runs were killed, and how often while they wrote a checkpoint.
  private struct Kills {
    var all = 0
    var inCheckpoints = 0
    var areEnough: Bool { all >= 10 && inCheckpoints >= 3 }
  }

  @Test func killedAtRandomMomentsItEndsInTheSameBytes() throws {
    guard let akshara else { return }
    let recipe = try trainingRecipe(akshara)
    let arguments = ["run", recipe, "--until", "train", "--output"]
    func sharded(_ name: String) throws -> String {
      let run = folder.file(name)
      let made = try akshara.run(["run", recipe, "--output", run, "--until", "shard"])
      try #require(made.status == 0, "\(made.errors)")
      return run
    }
    let whole = try sharded("whole")
    let start = Date.now
    let uninterrupted = try akshara.run(arguments + [whole])
    try #require(uninterrupted.status == 0, "\(uninterrupted.errors)")
    let duration = Date.now.timeIntervalSince(start)
    let expected = try results(whole)
    #expect(expected.count > 4)

    var moments = Moments(state: 20)
    var kills = Kills()
    // On a machine whose speed changes a run may end after few kills; then another one is killed.
    for round in 0..<8 where !kills.areEnough {
      let killed = try sharded("killed-\(round)")
      let more = try interrupt(
        killed, arguments, most: 16, longest: duration / 4, &moments)
      let last = try akshara.run(arguments + [killed])
      #expect(last.status == 0, "\(last.errors)")
      #expect(try results(killed) == expected, "run \(round), after \(more.all) kills")
      #expect(Folder.list("\(killed)/train") == Folder.list("\(whole)/train"))
      kills.all += more.all
      kills.inCheckpoints += more.inCheckpoints
    }
    #expect(kills.areEnough, "\(kills)")
  }
}
