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
}
