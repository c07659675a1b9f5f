import Artifacts
import Fixtures
import Foundation
import Testing

/// `akshara generate` as users start it, with a small trained model and its SentencePiece tokenizer.
@Suite struct GenerateCommandTests {
  private let akshara = AksharaProcess()
  private let model = RepositoryPaths.shared("data/tiny_llama/derived/hf")

  private func run(_ arguments: [String]) throws -> JSONValue? {
    guard let akshara, let model else { return nil }
    let outcome = try akshara.run(["generate", "--model", model, "--json"] + arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let last = try #require(outcome.output.split(separator: "\n").last)
    return try JSONValue(parsing: String(last))
  }

  @Test func goldenTextIsReproduced() throws {
    guard let file = RepositoryPaths.shared("data/tiny_llama/golden_shared.json") else { return }
    for golden in try #require(JSONValue(parsing: TextFile(file).bytes).array) {
      let prompt = try #require(golden["prompt"]?.string)
      let ids = try #require(golden["ids"]?.array)
      let greedy = try #require(golden["greedy_ids"]?.array)
      let answer = try run([
        "--raw", "--prompt", prompt, "--temperature", "0", "--max-tokens",
        "\(greedy.count - ids.count)",
      ])
      guard let answer else { return }
      #expect(answer["prompt_ids"]?.array == ids)
      #expect(ids + (answer["ids"]?.array ?? []) == greedy)
      // Prompt and answer are one text: the space between them belongs to the answer.
      #expect(prompt + (answer["text"]?.string ?? "") == golden["greedy_text"]?.string)
      #expect(answer["stop_reason"]?.string == "max_tokens")
    }
  }

  @Test func aStopTextEndsTheAnswer() throws {
    let answer = try run([
      "--raw", "--prompt", "Once upon a time", "--max-tokens", "48", "--stop", "in the park",
      "--stop", "never met",
    ])
    guard let answer else { return }
    #expect(
      answer["text"]?.string
        == ", there was a little girl named Lily. She loved to play outside ")
    #expect(answer["stop_reason"]?.string == "stop_text")
  }

  @Test func drawsDependOnTheSeed() throws {
    let arguments = [
      "--raw", "--prompt", "Lily", "--max-tokens", "16", "--temperature", "1", "--top-k", "20",
      "--top-p", "0.95",
    ]
    guard let first = try run(arguments + ["--seed", "1"]) else { return }
    #expect(try run(arguments + ["--seed", "1"]) == first)
    #expect(try run(arguments + ["--seed", "2"]) != first)
  }

  @Test func messagesAndAPromptExcludeEachOther() throws {
    guard let akshara, let model else { return }
    for arguments in [[], ["--prompt", "a", "--messages", "b"], ["--raw", "--messages", "b"]] {
      #expect(try akshara.run(["generate", "--model", model] + arguments).status == 2)
    }
  }

  // MARK: Adapters

  /// An adapter over the model's first layers, whose values follow from `seed`.
  private func writeAdapter(_ path: String, seed: Int, rank: Int, model: String) throws {
    let shape = try JSONValue(parsing: TextFile(Path.join(model, "config.json")).bytes)
    let width = Int(try #require(shape["hidden_size"]?.integer))
    var writer = SafetensorsWriter()
    for layer in 0..<2 {
      let module = "base_model.model.model.layers.\(layer).self_attn.q_proj"
      for (name, size) in [("lora_A", [rank, width]), ("lora_B", [width, rank])] {
        let values = (0..<rank * width).map { Float((($0 * 37 + seed * 101) % 61) - 30) / 60 }
        try writer.add(
          "\(module).\(name).weight", .f32, size, bytes: values.withUnsafeBytes { Array($0) })
      }
    }
    try writer.write(to: Path.join(path, "adapter_model.safetensors"))
    let configuration: JSONValue = [
      "peft_type": "LORA", "task_type": "CAUSAL_LM", "r": JSONValue(rank), "lora_alpha": 8,
      "target_modules": ["q_proj"], "base_model_name_or_path": .string(model),
    ]
    try AtomicFile.write(configuration.pretty, to: Path.join(path, "adapter_config.json"))
  }

  @Test func eachOfSeveralAdaptersAnswersAsItDoesAlone() throws {
    guard let akshara, let model else { return }
    let folder = TemporaryFolder()
    let (first, second) = (folder.file("first"), folder.file("second"))
    try writeAdapter(first, seed: 1, rank: 4, model: model)
    try writeAdapter(second, seed: 2, rank: 2, model: model)
    let (lily, tom) = ("Lily went to", "Once upon a time")
    func alone(_ prompt: String, _ adapter: String?) throws -> JSONValue {
      try #require(
        try run(
          ["--raw", "--prompt", prompt, "--max-tokens", "12"]
            + (adapter.map { ["--adapter", $0] } ?? [])))
    }
    let rows = """
      {"prompt": "\(lily)", "adapter": "one"}
      {"prompt": "\(tom)", "adapter": null}
      {"prompt": "\(tom)", "adapter": "two"}
      {"prompt": "\(lily)"}

      """
    try AtomicFile.write(Array(rows.utf8), to: folder.file("rows.jsonl"))
    let both = ["--model", model, "--adapter", "one=\(first)", "--adapter", "two=\(second)"]
    let limits = ["--raw", "--max-tokens", "12"]
    let outcome = try akshara.run(
      ["generate"] + both + limits + ["--prompts", folder.file("rows.jsonl")])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let answers = try outcome.output.split(separator: "\n").map {
      try JSONValue(parsing: String($0))
    }
    let asked: [(String, String?)] = [
      (lily, "one"), (tom, nil), (tom, "two"), (lily, "one"), (lily, "two"),
    ]
    try #require(answers.count == asked.count)
    for (answer, (prompt, name)) in zip(answers, asked) {
      let single = try alone(prompt, name.map { $0 == "one" ? first : second })
      #expect(answer["adapter"] == name.map { JSONValue.string($0) } ?? .null)
      for key in ["stop_reason", "prompt_ids", "ids", "text"] {
        #expect(answer[key] == single[key], "\(name ?? "base"), \(key)")
      }
    }
    #expect(Set([0, 3, 4].map { answers[$0]["ids"]?.compactString }).count == 2)
    let used = try akshara.run(
      ["generate"] + both + limits + ["--prompt", lily, "--use", "two", "--json"])
    #expect(try JSONValue(parsing: used.output) == answers[4])
    let base = try akshara.run(["generate"] + both + limits + ["--prompt", tom, "--use", "base"])
    #expect(base.output == (answers[1]["text"]?.string ?? "") + "\n")
  }

  @Test func adaptersAreNamedApart() throws {
    guard let akshara, let model else { return }
    let start = ["generate", "--model", model, "--prompt", "a", "--raw"]
    for (arguments, status) in [
      (["--adapter", "x", "--adapter", "y"], 2), (["--adapter", "base=x"], 2),
      (["--adapter", "one=x", "--use", "two"], 2), (["--adapter", "one=/nowhere"], 1),
    ] {
      #expect(try akshara.run(start + arguments).status == Int32(status), "\(arguments)")
    }
  }
}
