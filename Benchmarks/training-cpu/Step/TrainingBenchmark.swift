internal import CAllocationCount
import Compute
import ComputeCPU
internal import Foundation
import Modeling

/// Runs training steps of a QLoRA adapter over a random base and prints one JSON line: seconds and
/// CPU seconds of each step, peak memory, what the steps take from the heap and how many threads there
/// are before and after, and the rate of large products on the same threads, beside which the
/// step's own rate is to be seen. `digest` is of the trained parameters' bits.
///
///     training-benchmark [--hidden 512] [--layers 8] [--heads 8] [--kv-heads 4] [--gate 1408]
///       [--vocabulary 32000] [--batch 8] [--length 512] [--rank 16] [--steps 5] [--threads 2]
///       [--dtype bfloat16|float32] [--checkpointing none|selective|layer] [--products 1|0]
///       [--turns 0|1]
@main
struct TrainingBenchmark {
  /// Whether this is a release build.
  private static var isOptimized: Bool {
    #if DEBUG
      false
    #else
      true
    #endif
  }

  static func main() throws {
    let options = try BenchmarkOptions(CommandLine.arguments.dropFirst())
    let backend = try CPUBackend(
      threads: options["threads"], computeType: options.computeType)
    let run = try BenchmarkRun(options, on: backend)
    let steps = options["steps"]
    var clocks: [Clock.Elapsed] = []
    clocks.reserveCapacity(steps)
    // The first two steps take scratch and touch all memory for the first time.
    var loss = try run.step(0)
    loss = try run.step(1)
    // The first look takes what every look needs, and is not counted.
    _ = ProcessState()
    let before = ProcessState()
    var taken = callocation_count()
    if options.takesTurns { say("{}") }
    while options.takesTurns ? readLine() != nil : clocks.count < steps {
      let (heap, clock) = (callocation_now(), Clock())
      loss = try run.step(2 + clocks.count)
      let elapsed = clock.elapsed
      taken.add(callocation_now(), since: heap)
      clocks.append(elapsed)
      if options.takesTurns { say("{\"wall\": \(elapsed.wall), \"cpu\": \(elapsed.cpu)}") }
    }
    let after = ProcessState()
    let roofline = options.measuresProducts ? try ProductRate.best(on: backend) : (wall: 0, cpu: 0)
    let text = [
      "\"loss\": \(loss)", "\"tokens\": \(run.tokens)", "\"flops\": \(run.operations)",
      "\"wall\": \(clocks.map(\.wall))", "\"cpu\": \(clocks.map(\.cpu))",
      "\"digest\": \"\(run.digest)\"", "\"peak_bytes\": \(after.peak)",
      "\"resident_growth_bytes\": \(after.resident - before.resident)",
      "\"threads\": [\(before.threads), \(after.threads)]",
      "\"heap_calls\": \(taken.calls)", "\"heap_bytes\": \(taken.bytes)",
      "\"optimized\": \(isOptimized)",
      "\"large_heap_calls\": \(taken.large_calls)",
      "\"product_flops_per_second\": \(roofline.wall)",
      "\"product_flops_per_cpu_second\": \(roofline.cpu)",
      "\"configuration\": \"\(backend.configuration)\"",
    ]
    say("{\(text.joined(separator: ", "))}")
  }

  private static func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}

extension callocation_count {
  /// Adds what was taken between `start` and `end`.
  mutating func add(_ end: callocation_count, since start: callocation_count) {
    calls += end.calls - start.calls
    bytes += end.bytes - start.bytes
    large_calls += end.large_calls - start.large_calls
  }
}

/// What the system knows of this process.
struct ProcessState {
  /// The most memory there was, and what there is, in bytes.
  let peak: Int
  let resident: Int
  let threads: Int

  init() {
    peak = 1024 * Self.number("VmHWM:", in: "status")
    // `VmRSS` of `status` is off by up to 64 pages a thread, which the kernel counts by themselves first.
    resident = 1024 * Self.number("Rss:", in: "smaps_rollup")
    threads = Self.number("Threads:", in: "status")
  }

  private static func number(_ name: String, in file: String) -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/\(file)", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
  }
}

/// What the command line asks for.
struct BenchmarkOptions {
  private var values = [
    "hidden": 512, "layers": 8, "heads": 8, "kv-heads": 4, "gate": 1408, "vocabulary": 32_000,
    "batch": 8, "length": 512, "rank": 16, "steps": 5, "threads": 2,
    "products": 1, "turns": 0,
  ]
  private(set) var computeType = DType.bfloat16
  private(set) var checkpointing = ActivationCheckpointing.none

  init(_ arguments: some Sequence<String>) throws {
    var rest = arguments.makeIterator()
    while let name = rest.next() {
      let key = String(name.drop { $0 == "-" })
      let value = rest.next() ?? ""
      if key == "dtype", let type = DType(rawValue: value) {
        computeType = type
      } else if key == "checkpointing", let kind = ActivationCheckpointing(rawValue: value) {
        checkpointing = kind
      } else if values[key] != nil, let number = Int(value) {
        values[key] = number
      } else {
        throw ComputeError("`\(name) \(value)` is not an option", remedy: "see the file's head")
      }
    }
  }

  /// Whether a step is made for each line of the standard input, until it ends, in turns with another
  /// process; each is answered with a line of its seconds.
  var takesTurns: Bool { self["turns"] != 0 }

  /// Whether the rate of large products is measured, too.
  var measuresProducts: Bool { self["products"] != 0 }

  subscript(_ name: String) -> Int { values[name] ?? 0 }
}

/// A model, its optimizer and one batch.
struct BenchmarkRun {
  private let backend: CPUBackend
  private let model: DecoderModel
  private let batch: MicroBatch
  private let parameters: [OptimizedParameter]
  private let gradients: [Tensor]
  private let loss: Tensor
  private let norm: Tensor
  /// Tokens a step.
  let tokens: Int
  /// Floating-point operations of a step's products: two for each weight and token forward and
  /// two for the gradient of the input, as the frozen base needs no gradient of its own; the adapter's
  /// three times; attention's two products over half of all pairs of tokens, and five backward.
  let operations: Int

  init(_ options: BenchmarkOptions, on backend: CPUBackend) throws {
    self.backend = backend
    let (length, count) = (options["length"], options["batch"])
    tokens = length * count
    let shape = ModelConfiguration(
      vocabularyCount: options["vocabulary"], hiddenWidth: options["hidden"],
      gateWidth: options["gate"], layerCount: options["layers"], headCount: options["heads"],
      keyValueHeadCount: options["kv-heads"], maximumPositions: max(2048, length))
    let weights = try DecoderWeights(
      shape, from: RandomWeights(seed: 1, standardDeviation: shape.initializerRange),
      quantization: QuantizationOptions(), on: backend
    ).addingAdapter(LoRAOptions(rank: options["rank"], alpha: 32), seed: 1, on: backend)
    model = try DecoderModel(
      weights, for: .training(.adapter), capacity: tokens, positions: length,
      checkpointing: options.checkpointing, on: backend)
    parameters = try model.parameters.map {
      OptimizedParameter(
        value: $0.value, gradient: $0.gradient,
        firstMoment: try backend.makeTensor($0.value.shape, .float32),
        secondMoment: try backend.makeTensor($0.value.shape, .float32), weightDecay: 0.01)
    }
    gradients = parameters.map(\.gradient)
    loss = try backend.makeTensor([1], .float32)
    norm = try backend.makeTensor([1], .float32)
    batch = Self.randomBatch(sequences: count, length: length, vocabulary: shape.vocabularyCount)
    let base =
      shape.parameterCount - (shape.vocabularyCount + shape.layerCount * 2 + 1) * shape.hiddenWidth
    let adapter = model.parameters.reduce(0) { $0 + $1.value.count }
    let pairs = count * length * (length + 1) / 2 * shape.queryWidth * shape.layerCount
    operations = tokens * (4 * base + 6 * adapter) + (2 + 5) * 2 * pairs
  }

  private static func randomBatch(sequences: Int, length: Int, vocabulary: Int) -> MicroBatch {
    let random = CounterRandom(seed: 7, stream: 7)
    let rows = (0..<sequences).map { row in
      (0..<length).map { Int32(random.bits(UInt64(row * length + $0)).0 % UInt32(vocabulary)) }
    }
    var batch = MicroBatch(sequences: rows)
    batch.targets = rows.flatMap { $0.dropFirst() + [-1] }
    batch.weights = batch.targets.map { $0 < 0 ? 0 : 1 }
    return batch
  }

  /// FNV-1a of the bits of all trained parameters.
  var digest: String {
    let hash = parameters.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, parameter in
      parameter.value.floats(from: backend).reduce(hash) {
        ($0 ^ UInt64($1.bitPattern)) &* 0x0000_0100_0000_01B3
      }
    }
    return String(hash, radix: 16)
  }

  /// Loss, gradients and an AdamW step; returns the loss.
  func step(_ index: Int) throws -> Float {
    backend.zero(loss)
    model.zeroGradients()
    try model.addGradients(
      of: batch, normalizer: Float(1 / batch.totalWeight), loss: loss,
      dropout: DropoutStreams(seed: 1, pass: UInt64(index)))
    backend.gradientNorm(gradients, norm: norm)
    backend.adamW(
      parameters,
      settings: AdamWSettings(
        learningRate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: index + 1,
        maxGradientNorm: 1), norm: norm)
    try backend.synchronize()
    return loss.float(from: backend)
  }
}

/// The rate of products of two large matrices, in the backend's type and on all its threads.
enum ProductRate {
  static func best(on backend: CPUBackend) throws -> (wall: Double, cpu: Double) {
    let (tokens, width) = (4096, 2048)
    let input = try backend.makeTensor([tokens, width], .float32)
    let output = try backend.makeTensor([tokens, width], .float32)
    let layer = LinearLayer(weight: .dense(try backend.makeTensor([width, width], .float32)))
    var best = (wall: 0.0, cpu: 0.0)
    for _ in 0..<5 {
      let clock = Clock()
      backend.linear(layer, input: input, output: output, adapterInput: nil, dropout: nil)
      let elapsed = clock.elapsed
      let operations = Double(2 * tokens * width * width)
      best = (max(best.wall, operations / elapsed.wall), max(best.cpu, operations / elapsed.cpu))
    }
    return best
  }
}

/// Wall and CPU seconds since a moment.
struct Clock {
  struct Elapsed {
    let wall: Double
    let cpu: Double
  }

  private let wall = Self.seconds(CLOCK_MONOTONIC)
  private let cpu = Self.seconds(CLOCK_PROCESS_CPUTIME_ID)

  var elapsed: Elapsed {
    Elapsed(
      wall: Self.seconds(CLOCK_MONOTONIC) - wall, cpu: Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu)
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
