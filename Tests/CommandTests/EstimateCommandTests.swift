import Artifacts
import Fixtures
import Foundation
import Testing

/// `akshara estimate` beside what a training took.
@Suite(.serialized) struct EstimateCommandTests {
  private let akshara = AksharaProcess()
  private let recipe = RepositoryPaths.file("samples/quickstart/recipe.yaml")

  private func estimate(_ more: [String]) throws -> JSONValue? {
    guard let akshara else { return nil }
    let outcome = try akshara.run(["estimate", recipe, "--json"] + more)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try JSONValue(parsing: outcome.output)
  }

  @Test func memoryAndStepsAreThoseOfTheRun() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    let settings = [
      "--set", "training.max_steps=6", "--set", "training.logging_steps=1", "--output",
      folder.file("run"),
    ]
    // The shards are made aside first, then taken from the run: the same estimate of the data.
    let before = try #require(try estimate(settings))
    #expect(!Path.exists(folder.file("run/shards")))
    #expect(try akshara.run(["run", recipe, "--until", "shard"] + settings).status == 0)
    let estimated = try #require(try estimate(settings))
    #expect(before["data"] == estimated["data"])
    #expect(estimated["data"]?["steps"]?.integer == 6)
    #expect(estimated["parameters"]?["trained"]?.integer == 325_632)
    let trained = try akshara.run(
      [
        "train", recipe, "--shards", folder.file("run/shards"), "--tokenizer",
        folder.file("run/tokenizer"), "--set", "training.max_steps=6", "--output",
        folder.file("train"),
      ])
    #expect(trained.status == 0, "\(trained.errors)")
    let timing = try TextFile(folder.file("train/train/timing.jsonl")).lines
    let measured = try timing.filter { !$0.isEmpty }.compactMap {
      try JSONValue(parsing: $0)["peak_memory_bytes"]?.integer
    }.max()
    let peak = Double(try #require(measured))
    let predicted = Double(try #require(estimated["memory"]?["total"]?.integer))
    #expect(abs(predicted - peak) < 0.15 * peak, "predicted \(predicted), measured \(peak)")
    let tokens = try #require(
      JSONValue(parsing: TextFile(folder.file("train/train/trainer_state.json")).bytes)[
        "num_input_tokens_seen"]?.integer)
    #expect(estimated["data"]?["tokens"]?.integer == tokens)
  }

  @Test func eightBitStateTakesAQuarter() throws {
    func optimizer(_ name: String) throws -> Int64? {
      // Matrices of fewer than 4,096 elements keep float32 states; at this rank none are so small.
      try estimate(["--set", "training.optim=\(name)", "--set", "lora.r=64"])?["memory"]?[
        "components"]?["optimizer"]?
        .integer
    }
    guard let full = try optimizer("adamw_torch"), let small = try optimizer("adamw_8bit") else {
      return
    }
    // 2 bytes and 2/256 scales of 4 bytes an element, against 8 bytes.
    #expect(Double(small) / Double(full) < 0.26 && Double(small) / Double(full) > 0.24)
  }

  @Test func aGraphicsProcessorIsEstimatedFromItsDataSheet() throws {
    guard let akshara else { return }
    let estimated = try #require(try estimate(["--gpu", "H100"]))
    #expect(estimated["device"]?.string == "h100")
    #expect(estimated["assumptions"]?.array?.first?.string?.contains("35 %") == true)
    let unknown = try akshara.run(["estimate", recipe, "--gpu", "abacus"])
    #expect(unknown.status == 2 && unknown.errors.contains("rtx4090"))
  }
}
