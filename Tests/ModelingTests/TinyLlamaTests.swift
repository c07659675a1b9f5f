import Artifacts
import Compute
import ComputeCPU
import Fixtures
import Foundation
import Testing

@testable import Modeling

/// A trained model of 260,000 parameters against a reference in float64.
@Suite struct TinyLlamaTests {
  private struct Golden {
    let prompt: [Int32]
    let greedy: [Int32]
    let top: [(id: Int, logit: Double)]
    let logSumExp: Double
    let loss: Double

    init(_ json: JSONValue) throws {
      func ids(_ key: String) throws -> [Int32] {
        try #require(json[key]?.array).compactMap { $0.integer.map { Int32($0) } }
      }
      prompt = try ids("ids")
      greedy = try ids("greedy_ids")
      top = try #require(json["last_logits_top5"]?.array).compactMap { pair in
        guard let id = pair.array?.first?.integer, let logit = pair.array?.last?.double else {
          return nil
        }
        return (Int(id), logit)
      }
      logSumExp = try #require(json["logsumexp_last"]?.double)
      loss = try #require(json["nll_sum_prompt"]?.double)
    }
  }

  /// The cases and the model; `nil`, with the reason printed, where they are absent.
  private func golden() throws -> (cases: [Golden], model: ModelFolder)? {
    guard let file = RepositoryPaths.shared("data/tiny_llama/golden_shared.json"),
      let model = RepositoryPaths.shared("data/tiny_llama/derived/hf")
    else { return nil }
    let json = try JSONValue(parsing: TextFile(file).bytes)
    return (try #require(json.array).map(Golden.init), try ModelFolder(model))
  }

  /// float32 through five layers: 5e-5 on logits of about 17 is 50 units in the last place.
  @Test func logitsAreThoseOfTheReference() throws {
    guard let (cases, folder) = try golden() else { return }
    let backend = try CPUBackend(threads: 2)
    let weights = try DecoderWeights.load(model: folder, on: backend)
    let model = try DecoderModel(
      weights, for: .scoring, capacity: 64, positions: 64, on: backend)
    let width = folder.configuration.vocabularyCount
    for golden in cases {
      let logits = try model.logits(of: MicroBatch(sequences: [golden.prompt])).map(Double.init)
      let last = Array(logits.suffix(width))
      let order = last.indices.sorted { last[$0] > last[$1] }
      #expect(Array(order.prefix(5)) == golden.top.map(\.id))
      for (id, logit) in golden.top { #expect(abs(last[id] - logit) < 5e-5) }
      #expect(abs(logSumExp(last) - golden.logSumExp) < 5e-5)
      let loss = (1..<golden.prompt.count).reduce(0.0) { sum, place in
        let row = Array(logits[(place - 1) * width..<place * width])
        return sum + logSumExp(row) - row[Int(golden.prompt[place])]
      }
      #expect(abs(loss - golden.loss) < 1e-4)
    }
  }

  private func logSumExp(_ row: [Double]) -> Double {
    let largest = row.max() ?? 0
    return largest + log(row.reduce(0) { $0 + exp($1 - largest) })
  }

  @Test func greedyTokensAreThoseOfTheReference() throws {
    guard let (cases, folder) = try golden() else { return }
    let backend = try CPUBackend(threads: 2)
    let generator = try TextGenerator(
      DecoderWeights.load(model: folder, on: backend), positions: 64, on: backend)
    for golden in cases {
      let text = try generator.generate(
        golden.prompt, GenerationOptions(maximumTokens: golden.greedy.count - golden.prompt.count))
      #expect(golden.prompt + text.ids == golden.greedy)
    }
  }
}
