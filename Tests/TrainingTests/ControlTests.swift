import Artifacts
import Batching
import ComputeCPU
import Fixtures
import Foundation
import Testing

@testable import Modeling
@testable import Training

/// When training is measured, saved and stopped, and what it leaves.
@Suite struct ControlTests {
  private func options() -> TrainingOptions {
    var options = TrainingOptions()
    options.method = .full
    options.initialization = .random
    options.learningRate = 2e-2
    options.maximumSteps = 24
    options.accumulation = 3
    options.warmupSteps = 4
    options.loggingSteps = 2
    options.saving = .steps(5)
    return options
  }

  private func run(
    _ folder: TemporaryFolder, _ name: String, _ options: TrainingOptions,
    source: ToySource? = nil, observe: @escaping (TrainingEvent) -> Void = { _ in }
  ) throws -> TrainingResult {
    let model = try makeModelFolder(folder.file("model"))
    let job = TrainingJob(model: model, options: options, directory: folder.file(name))
    return try Trainer(
      job, source: source ?? ToySource(), on: CPUBackend(threads: 1), observe: observe
    ).run()
  }

  private func heldOut(_ result: TrainingResult) -> [Int: Double] {
    Dictionary(
      result.metrics.compactMap { line in line.heldOutLoss.map { (line.step, $0) } },
      uniquingKeysWith: { $1 })
  }

  // MARK: Accumulation

  /// Sums over another order of rows: float32 losses agree within a few units, and after Adam's
  /// division the parameters' paths stay within 1e-4 over ten steps.
  @Test func accumulationChangesNothingButTheRounding() throws {
    let folder = TemporaryFolder()
    var losses: [[Double]] = []
    for (batch, accumulation) in [(8, 1), (1, 8), (2, 4), (4, 2)] {
      var options = options()
      options.maximumSteps = 10
      options.batchSize = batch
      options.accumulation = accumulation
      options.loggingSteps = 1
      options.saving = .never
      let result = try run(
        folder, "run-\(batch)", options, source: ToySource(batchSize: batch))
      losses.append(result.metrics.compactMap(\.loss))
    }
    #expect(losses[0].count == 10)
    for other in losses.dropFirst() {
      for (a, b) in zip(losses[0], other) { #expect(abs(a - b) < 1e-4 * a, "\(a) \(b)") }
    }
  }

  // MARK: Occasions

  @Test func epochsCanBeTheOccasion() throws {
    let folder = TemporaryFolder()
    var options = options()
    options.maximumSteps = nil
    options.epochs = 3
    options.evaluation = .epochs
    options.saving = .epochs
    options.keptCheckpoints = 5
    let result = try run(folder, "run", options)
    // 10 micro-batches an epoch make 4 steps.
    #expect(heldOut(result).keys.sorted() == [0, 4, 8, 12])
    #expect(
      Folder.list(folder.file("run")).filter { $0.hasPrefix("checkpoint-") } == [
        "checkpoint-12", "checkpoint-4", "checkpoint-8",
      ])
  }

  @Test func noCheckpointIsWrittenWhereNoneIsWanted() throws {
    let folder = TemporaryFolder()
    var options = options()
    options.saving = .never
    _ = try run(folder, "run", options)
    #expect(!Folder.list(folder.file("run")).contains { $0.hasPrefix("checkpoint-") })
    #expect(Path.exists(folder.file("run/model/model.safetensors")))
  }

  // MARK: Stopping

  /// A rate so high that the loss soon rises.
  private func unstable() -> TrainingOptions {
    var options = options()
    options.learningRate = 0.12
    options.maximumSteps = 60
    options.schedule = .constant
    options.evaluation = .steps(2)
    options.patience = 3
    options.keepsBest = true
    options.spikeThreshold = 0
    return options
  }

  @Test func trainingStopsWhereTheHeldOutLossNoLongerFallsAndLeavesTheBest() throws {
    let folder = TemporaryFolder()
    var stops: [Int] = []
    let result = try run(folder, "run", unstable()) { event in
      if case .stopped(let step) = event { stops.append(step) }
    }
    #expect(result.isStopped && result.steps < 60)
    #expect(stops == [result.steps])
    let losses = heldOut(result).filter { $0.key > 0 }
    let lowest = try #require(losses.min { $0.value < $1.value })
    #expect(result.bestStep == lowest.key)
    #expect(result.steps == lowest.key + 6)
    // What is left gives that loss again: full models are written in bfloat16.
    let backend = try CPUBackend(threads: 1)
    let source = try ToySource()
    let weights = try DecoderWeights.load(model: ModelFolder(result.output), on: backend)
    let model = try DecoderModel(
      weights, for: .scoring, capacity: source.longestBatch, positions: source.longestRow,
      on: backend)
    let loss = try #require(try HeldOutLoss(model, on: backend).measure(source))
    #expect(abs(loss - lowest.value) < 0.02 * lowest.value)
    let state = try JSONValue(parsing: TextFile(folder.file("run/trainer_state.json")).bytes)
    #expect(state["best_global_step"]?.integer == Int64(lowest.key))
    #expect(state["best_metric"]?.double == lowest.value)
    #expect(state["log_history"]?.array?.count == result.metrics.count)
  }

  @Test func aRunThatKeepsItsBestGoesOnToTheSameBits() throws {
    let folder = TemporaryFolder()
    let whole = try run(folder, "whole", unstable())
    let model = try makeModelFolder(folder.file("model"))
    let job = TrainingJob(model: model, options: unstable(), directory: folder.file("cut"))
    for limit in [1, 3, 5, 7] {
      // Ends like a kill, between a held-out loss and the checkpoint that follows.
      #expect(throws: ToySource.Stopped.self) {
        try Trainer(
          job, source: ToySource().stopped(atStep: limit), on: CPUBackend(threads: 1)
        ).run()
      }
    }
    let result = try Trainer(job, source: ToySource(), on: CPUBackend(threads: 2)).run()
    #expect(result.metrics == whole.metrics)
    #expect(result.bestStep == whole.bestStep)
    for file in ["model/model.safetensors", "trainer_state.json", "metrics.jsonl"] {
      #expect(
        try Digest(ofFile: folder.file("cut/\(file)"))
          == Digest(ofFile: folder.file("whole/\(file)")))
    }
  }

  @Test func thresholdsCountOnlyRealGains() {
    var options = TrainingOptions()
    options.patience = 2
    options.patienceThreshold = 0.1
    var state = RunState()
    var verdicts: [Bool] = []
    for (step, loss) in [3.0, 2.5, 2.45, 2.44, 1].enumerated() {
      state.step = step + 1
      verdicts.append(state.judge(loss, options))
      if state.isStopped { break }
    }
    #expect(verdicts == [true, true, true, true])
    #expect(state.isStopped && state.best == BestLoss(step: 4, loss: 2.44))
  }

  @Test func stoppingNeedsHeldOutRows() throws {
    let folder = TemporaryFolder()
    let model = try makeModelFolder(folder.file("model"))
    var options = unstable()
    options.keepsBest = false
    let job = TrainingJob(model: model, options: options, directory: folder.file("run"))
    let source = try ToySource().withoutHeldOut
    let error = #expect(throws: AksharaError.self) {
      try Trainer(job, source: source, on: CPUBackend(threads: 1)).run()
    }
    #expect(error?.message.contains("validation split") == true)
  }

  // MARK: Eight bits

  /// The toy model's tables have fewer than 4,096 elements; this one's have more.
  @Test(arguments: [TrainingOptions.Optimizer.adamw8bit, .pagedAdamw8bit])
  func eightBitStateIsKeptAndGoesOnToTheSameBits(optimizer: TrainingOptions.Optimizer) throws {
    let folder = TemporaryFolder()
    let model = try makeModelFolder(folder.file("model"), width: 144)
    var options = options()
    options.optimizer = optimizer
    options.learningRate = 5e-3
    var job = TrainingJob(model: model, options: options, directory: folder.file("whole"))
    let whole = try Trainer(job, source: ToySource(), on: CPUBackend(threads: 2)).run()
    #expect(try #require(whole.metrics.last?.heldOutLoss) < 2.5)
    let file = try SafetensorsFile(folder.file("whole/checkpoint-24/state.safetensors"))
    #expect(try file.entry("first_moment.model.embed_tokens.weight.codes").type == .u8)
    #expect(try file.entry("second_moment.model.embed_tokens.weight.absmax").type == .f32)
    #expect(try file.entry("first_moment.model.norm.weight").type == .f32)
    job.directory = folder.file("cut")
    #expect(throws: ToySource.Stopped.self) {
      try Trainer(
        job, source: ToySource().stopped(atStep: 13), on: CPUBackend(threads: 1)
      ).run()
    }
    let cut = try Trainer(job, source: ToySource(), on: CPUBackend(threads: 1)).run()
    #expect(cut.metrics == whole.metrics)
    #expect(
      try Digest(ofFile: folder.file("cut/checkpoint-24/state.safetensors"))
        == Digest(ofFile: folder.file("whole/checkpoint-24/state.safetensors")))
  }

  @Test func pagedThirtyTwoBitIsTheOrdinaryOptimizer() throws {
    let folder = TemporaryFolder()
    var options = options()
    let plain = try run(folder, "plain", options)
    options.optimizer = .pagedAdamw32bit
    #expect(try run(folder, "paged", options).metrics == plain.metrics)
  }

  // MARK: Guards

  @Test func aLossThatLeapsIsReportedWithItsRows() throws {
    let folder = TemporaryFolder()
    var options = options()
    options.maximumSteps = 64
    options.spikeThreshold = 4
    var notices: [String] = []
    let source = SpikingSource(base: try ToySource(), epoch: 15)
    let model = try makeModelFolder(folder.file("model"))
    var job = TrainingJob(model: model, options: options, directory: folder.file("warn"))
    _ = try Trainer(job, source: source, on: CPUBackend(threads: 1)) { event in
      if case .notice(let text) = event { notices.append(text) }
    }.run()
    #expect(notices.contains { $0.contains("leapt to") && $0.contains("`row-") })
    let line = try #require(TextFile(folder.file("warn/spikes.jsonl")).lines.first)
    let spike = try JSONValue(parsing: line)
    #expect(try #require(spike["step"]?.integer) > 60)
    #expect(spike["rows"]?.array?.count == 12)
    job.options.spikeAction = .stop
    job.directory = folder.file("stop")
    let error = #expect(throws: AksharaError.self) {
      try Trainer(job, source: source, on: CPUBackend(threads: 1)).run()
    }
    #expect(error?.code == .checkFailed)
  }

  @Test func theGuardKnowsNoiseFromSpikes() {
    let steady = LossGuard(threshold: 8)
    var recent: [Double] = []
    for step in 0..<40 {
      let noise = Double(step * 7_919 % 13) / 13 - 0.5
      #expect(steady.judge(3 - 0.02 * Double(step) + 0.3 * noise, after: &recent) == nil)
    }
    #expect(recent.count == 32)
    #expect(steady.judge(9, after: &recent)?.loss == 9)
    // The spike is one of 32 now, and hides no other.
    #expect(steady.judge(8, after: &recent) != nil)
    #expect(LossGuard(threshold: 0).judge(99, after: &recent) == nil)
    var few: [Double] = [1, 1, 1]
    #expect(steady.judge(99, after: &few) == nil)
  }
}

/// A source whose rows have other answers in one epoch.
private struct SpikingSource: BatchSource {
  let base: ToySource
  let epoch: Int
  var digest: String { base.digest }
  var longestBatch: Int { base.longestBatch }
  var longestRow: Int { base.longestRow }
  func trainingBatchCount(epoch: Int) -> Int { base.trainingBatchCount(epoch: epoch) }
  func trainingBatch(epoch: Int, index: Int) throws -> SourceBatch {
    let batch = try base.trainingBatch(epoch: epoch, index: index)
    guard epoch == self.epoch else { return batch }
    let rows = batch.rows.map { number in
      TokenRow(
        inputIDs: base.rows[number].inputIDs,
        labels: base.rows[number].labels.map { $0 < 0 ? $0 : 30 - $0 })
    }
    return SourceBatch(input: ModelInput(rows), rows: batch.rows)
  }
  func name(ofTrainingRow row: Int) -> String { base.name(ofTrainingRow: row) }
  var heldOutBatchCount: Int { base.heldOutBatchCount }
  func heldOutBatch(_ index: Int) throws -> SourceBatch { try base.heldOutBatch(index) }
}
