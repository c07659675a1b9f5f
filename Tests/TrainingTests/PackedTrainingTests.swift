import Artifacts
import Batching
import Compute
import ComputeCPU
import Fixtures
import Foundation
import Testing

@testable import Modeling
@testable import Training

@Suite struct PackedTrainingTests {
  /// Two packs of 22 tokens at most: rows of 5 to 11 tokens.
  private func source(stop: BatchPosition? = nil) throws -> ToySource {
    var source = try ToySource(batchSize: 2, packing: 22)
    source.stop = stop
    return source
  }

  /// Rows in a pack do not see each other: loss and every gradient are those of the rows one by one.
  ///
  /// Only the order in which float32 sums are made differs. Gradients here are below 1 and are sums
  /// of at most 44 terms, each rounded to 2⁻²⁴ of its size: 3e-6.
  @Test func lossAndGradientsOfPacksAreThoseOfTheirRows() throws {
    let folder = TemporaryFolder()
    let shape = try makeModelFolder(folder.file("model")).configuration
    let backend = try CPUBackend(threads: 1)
    let weights = try DecoderWeights(
      shape, from: RandomWeights(seed: 3, standardDeviation: 0.3), on: backend)
    let source = try source()
    let model = try DecoderModel(
      weights, for: .training(.base), capacity: source.longestBatch,
      positions: source.longestRow, on: backend)
    func run(_ inputs: [ModelInput]) throws -> (loss: Float, gradients: [[Float]]) {
      let loss = try backend.makeTensor([1], .float32)
      backend.zero(loss)
      model.zeroGradients()
      let normalizer = Float(1 / inputs.reduce(0) { $0 + $1.weightSum })
      for input in inputs {
        try model.addGradients(
          of: MicroBatch(input), normalizer: normalizer, loss: loss,
          dropout: DropoutStreams(seed: 1, pass: 0))
      }
      return (
        loss.floats(from: backend)[0],
        model.parameters.map { $0.gradient.floats(from: backend) }
      )
    }
    for index in 0..<source.plan.batchCount {
      let rows = source.plan.epoch(0)[index].map { source.rows[$0] }
      let packed = try run([try PackedBatch(rows).modelInput])
      let single = try run(rows.map { ModelInput([$0]) })
      #expect(abs(packed.loss - single.loss) <= 1e-5)
      for (left, right) in zip(packed.gradients, single.gradients) {
        let difference = zip(left, right).map { abs($0 - $1) }.max() ?? 0
        #expect(difference <= 1e-5, "batch \(index)")
      }
    }
  }

  private func options() -> TrainingOptions {
    var options = TrainingOptions()
    options.method = .full
    options.initialization = .random
    options.learningRate = 2e-2
    options.batchSize = 2
    options.layout.packing = true
    options.maximumSteps = 12
    options.accumulation = 2
    options.loggingSteps = 1
    return options
  }

  private func model(_ directory: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(directory)/model/model.safetensors"))
  }

  @Test(arguments: [BatchPosition(batch: 3), .init(epoch: 1, batch: 0), .init(epoch: 1, batch: 6)])
  func aPackedRunThatWasStoppedGoesOnToTheSameBits(stop: BatchPosition) throws {
    let folder = TemporaryFolder()
    let base = try makeModelFolder(folder.file("base"))
    var job = TrainingJob(model: base, options: options(), directory: folder.file("whole"))
    _ = try Trainer(job, source: source(), on: CPUBackend(threads: 1)).run()
    let whole = try model(job.directory)
    job.directory = folder.file("stopped")
    #expect(throws: ToySource.Stopped.self) {
      try Trainer(job, source: source(stop: stop), on: CPUBackend(threads: 1)).run()
    }
    _ = try Trainer(job, source: source(), on: CPUBackend(threads: 1)).run()
    #expect(try model(job.directory) == whole)
  }
}
