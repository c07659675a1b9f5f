import Artifacts
import Fixtures
import Testing

/// What training steps do to the process they run in, seen from outside: `training-benchmark` counts
/// what is taken from the heap, and reads threads and memory from the system.
@Suite(.serialized) struct TrainingStepTests {
  private let benchmark = AksharaProcess(named: "training-benchmark")

  /// A model small enough for hundreds of steps, with several tiles in each dimension.
  private static let shape = [
    "--hidden", "64", "--layers", "2", "--heads", "4", "--kv-heads", "2", "--gate", "160",
    "--vocabulary", "700", "--batch", "3", "--length", "40", "--rank", "4", "--products", "0",
  ]

  private func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> JSONValue? {
    guard let benchmark else { return nil }
    let outcome = try benchmark.run(Self.shape + arguments, environment: environment)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try JSONValue(parsing: Array(outcome.output.utf8))
  }

  @Test(arguments: ["none", "selective", "layer"], ["bfloat16", "float32"])
  func aStepTakesNoMemoryAndStartsNoThread(checkpointing: String, type: String) throws {
    guard
      let json = try run([
        "--steps", "50", "--threads", "2", "--checkpointing", checkpointing, "--dtype", type,
      ])
    else { return }
    // Optimized code asks for nothing at all; debug builds keep the frames of their iterators, of less
    // than 64 bytes each, on the heap.
    #expect(json["large_heap_calls"] == 0)
    if json["optimized"] == true { #expect(json["heap_calls"] == 0 && json["heap_bytes"] == 0) }
    let threads = try #require(json["threads"]?.array).map(\.double)
    #expect(threads[0] == threads[1])
  }

  @Test(arguments: ["bfloat16", "float32"])
  func memoryIsFlatOverAThousandSteps(type: String) throws {
    guard let json = try run(["--steps", "1000", "--dtype", type]) else { return }
    #expect(try #require(json["resident_growth_bytes"]?.double) <= 0x1p20)
  }

  @Test(arguments: ["bfloat16", "float32"])
  func oneAndTwoThreadsTrainTheSameBits(type: String) throws {
    let digests = try ["1", "2", "3"].map {
      try run(["--steps", "20", "--dtype", type, "--threads", $0])?["digest"]
    }
    #expect(digests[1] == digests[0] && digests[2] == digests[0])
  }

  @Test(arguments: ["scalar", "avx2"])
  func lesserInstructionSetsTrainToo(isa: String) throws {
    guard let best = try run(["--steps", "10"]) else { return }
    let lesser = try run(["--steps", "10"], environment: ["AKSHARA_ISA": isa])
    let losses = (try #require(best["loss"]?.double), try #require(lesser?["loss"]?.double))
    // The order of sums in a product differs, and through it the roundings of the next one.
    #expect(abs(losses.0 - losses.1) < 1e-3, "\(losses)")
  }
}
