import Artifacts
import Fixtures
import Foundation
import Testing

/// The golden renderings and labels of transformers' templates, through the commands that users call.
@Suite struct GoldenLabelsTests {
  private let akshara = AksharaProcess()

  /// The rows of a golden file; `nil`, with the reason printed, where it is not at hand.
  private func golden(_ name: String) throws -> [JSONValue]? {
    guard let path = RepositoryPaths.shared("data/golden/\(name)") else { return nil }
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      try JSONValue(parsing: String($0))
    }
  }

  private func write(_ rows: [JSONValue], to path: String) throws {
    let lines = rows.map { row -> String in
      let plain: JSONValue = [
        "id": row["case"] ?? .null, "messages": row["messages"] ?? .null,
      ]
      return plain.compactString + "\n"
    }
    try AtomicFile.write(Array(lines.joined().utf8), to: path)
  }

  private func shown(_ akshara: AksharaProcess, _ set: String) throws -> [JSONValue] {
    let outcome = try akshara.run(["labels", "show", set, "--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try outcome.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }

  @Test func labelsAreThoseOfTransformersAssistantMask() throws {
    guard let akshara, let rows = try golden("label_mask_dev.jsonl"),
      let ranks = RepositoryPaths.shared("data/tok_llama3/llama3_tokenizer.model")
    else { return }
    let folder = TemporaryFolder()
    try write(rows, to: folder.file("in.jsonl"))
    let made = try akshara.run([
      "shard", folder.file("in.jsonl"), "--tokenizer", ranks, "--pattern", "llama3",
      "--special-tokens", "llama3", "--template", "llama3.2", "--template-date", "2024-07-26",
      "--output", folder.file("set"),
    ])
    #expect(made.status == 0, "\(made.errors)")
    let ours = try shown(akshara, folder.file("set"))
    #expect(ours.count == rows.count && rows.count == 7)
    for (row, own) in zip(rows, ours) {
      let name = Comment(rawValue: row["case"]?.string ?? "")
      for key in ["text", "input_ids", "labels"] { #expect(own[key] == row[key], name) }
      #expect(supervisedBytes(own) == (try goldenBytes(row)), name)
    }
  }

  /// The supervised bytes of a row, neighbouring spans as one.
  private func supervisedBytes(_ row: JSONValue) -> [[Int64]] {
    var ranges: [[Int64]] = []
    for span in row["spans"]?.array ?? [] where span["supervised"]?.bool == true {
      guard let start = span["start"]?.integer, let end = span["end"]?.integer else { continue }
      if ranges.last?[1] == start {
        ranges[ranges.count - 1][1] = end
      } else {
        ranges.append([start, end])
      }
    }
    return ranges
  }

  /// The golden spans, which count characters, in bytes.
  private func goldenBytes(_ row: JSONValue) throws -> [[Int64]] {
    let scalars = Array(try #require(row["text"]?.string).unicodeScalars)
    func bytes(_ count: Int) -> Int64 {
      Int64(scalars[..<count].reduce(0) { $0 + String($1).utf8.count })
    }
    return (row["assistant_char_spans"]?.array ?? []).compactMap { span in
      let ends = span.array?.compactMap { $0.integer.map(Int.init) } ?? []
      return ends.count == 2 ? [bytes(ends[0]), bytes(ends[1])] : nil
    }
  }

  @Test func renderingsAreThoseOfTransformers() throws {
    guard let akshara, let rows = try golden("chat_render_dev.jsonl") else { return }
    let folder = TemporaryFolder()
    try AtomicFile.write(Array("one two three\n".utf8), to: folder.file("text.txt"))
    let trained = try akshara.run([
      "tokenizer", "train", folder.file("text.txt"), "--output", folder.file("tokenizer"),
      "--vocab-size", "300", "--special", "<|begin_of_text|>", "<|start_header_id|>",
      "<|end_header_id|>", "<|eot_id|>", "<|im_start|>", "<|im_end|>", "<bos>", "<start_of_turn>",
      "<end_of_turn>",
    ])
    #expect(trained.status == 0, "\(trained.errors)")
    let names = [
      "Qwen-Qwen2.5-7B-Instruct": "qwen2.5", "google-gemma-2-2b-it": "gemma2",
      "meta-llama-Llama-3.1-8B-Instruct": "llama3.1",
      "meta-llama-Llama-3.2-3B-Instruct": "llama3.2",
    ]
    for (number, row) in rows.enumerated() {
      let name = try #require(names[row["template"]?.string ?? ""])
      let set = folder.file("set\(number)")
      try write([row], to: folder.file("in.jsonl"))
      let made = try akshara.run([
        "shard", folder.file("in.jsonl"), "--tokenizer", folder.file("tokenizer"), "--template",
        name, "--train-on", "all", "--output", set,
      ])
      let note = Comment(rawValue: "\(name), \(row["case"]?.string ?? ""): \(made.errors)")
      guard let text = row["gen_false"]?.string else {
        #expect(made.status == 1 && made.errors.contains("for which the template `\(name)`"), note)
        continue
      }
      #expect(made.status == 0, note)
      #expect(try shown(akshara, set).first?["text"]?.string == text, note)
    }
    #expect(rows.count == 40)
  }

  @Test func plainRowsAreTakenAndForeignOnesNameTheImport() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try AtomicFile.write(Array("one two three\n".utf8), to: folder.file("text.txt"))
    let trained = try akshara.run([
      "tokenizer", "train", folder.file("text.txt"), "--output", folder.file("tokenizer"),
      "--vocab-size", "260", "--special", "<|im_start|>", "<|im_end|>",
    ])
    #expect(trained.status == 0, "\(trained.errors)")
    func shard(_ row: String, _ options: [String]) throws -> AksharaProcess.Outcome {
      try AtomicFile.write(Array((row + "\n").utf8), to: folder.file("rows.jsonl"))
      return try akshara.run(
        ["shard", folder.file("rows.jsonl"), "--tokenizer", folder.file("tokenizer")] + options
          + ["--output", folder.file("set")])
    }
    let call = #"{"id":"1","function":{"name":"f","arguments":"{}"}}"#
    let plain =
      #"{"messages":[{"role":"user","content":"one"},{"role":"assistant","content":null,"tool_calls":["#
      + call + "]}]}"
    let taken = try shard(plain, ["--template", "qwen2.5"])
    #expect(taken.status == 0, "\(taken.errors)")
    #expect(try shown(akshara, folder.file("set")).first?["id"]?.string == "rows-1")
    let foreign = try shard(
      #"{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}"#,
      ["--template", "chatml"])
    #expect(foreign.status == 1)
    #expect(foreign.errors.contains("rows.jsonl:1: "))
    #expect(foreign.errors.contains("`akshara import`"))
    let unnamed = try shard(plain, [])
    #expect(unnamed.status == 2)
    #expect(
      unnamed.errors.contains("the tokenizer's control tokens are those of chatml, qwen2.5, qwen3"))
  }
}
