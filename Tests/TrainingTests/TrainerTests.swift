import Artifacts
import ComputeCPU
import Fixtures
import Foundation
import Modeling
import Testing

@testable import Training

@Suite struct TrainerTests {
  private struct Stopped: Error {}

  private func options(_ method: TrainingOptions.Method = .full) -> TrainingOptions {
    var options = TrainingOptions()
    options.method = method
    options.initialization = method == .full ? .random : .pretrained
    options.learningRate = 2e-2
    options.maximumSteps = 24
    options.accumulation = 3
    options.warmupSteps = 4
    options.loggingSteps = 2
    options.evaluationSteps = 6
    options.savingSteps = 5
    return options
  }

  /// Every byte that a run leaves, but for the times.
  private func artifacts(_ directory: String) throws -> [String: [UInt8]] {
    let manager = FileManager.default
    var files: [String: [UInt8]] = [:]
    for name in try manager.subpathsOfDirectory(atPath: directory)
    where !name.hasSuffix("timing.jsonl") {
      var isFolder: ObjCBool = false
      let path = "\(directory)/\(name)"
      guard manager.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
        continue
      }
      files[name] = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    }
    return files
  }

  @Test func fullTrainingLearnsAToyTaskAndLeavesAModel() throws {
    let folder = TemporaryFolder()
    let model = try makeModelFolder(folder.file("model"))
    let job = TrainingJob(model: model, options: options(), directory: folder.file("run"))
    let result = try Trainer(job, source: ToySource(), on: CPUBackend(threads: 2)).run()
    let first = try #require(result.firstHeldOutLoss)
    let last = try #require(result.lastHeldOutLoss)
    #expect(abs(first - 3.43) < 0.2)  // ln 31: a model that knows nothing
    #expect(last < 0.6 * first)
    #expect(result.steps == 24)
    let written = try ModelFolder(result.output)
    #expect(written.configuration.storedType == .bfloat16)
    #expect(try written.weightFiles().count == 1)
    #expect(
      Folder.list(folder.file("run")).filter { $0.hasPrefix("checkpoint-") } == [
        "checkpoint-20", "checkpoint-24",
      ])
  }

  @Test(arguments: [0, 1, 4, 5, 12, 21, 23])
  func aRunThatWasStoppedGoesOnAsIfItHadNotBeen(stop: Int) throws {
    let folder = TemporaryFolder()
    let model = try makeModelFolder(folder.file("model"))
    var job = TrainingJob(model: model, options: options(), directory: folder.file("whole"))
    _ = try Trainer(job, source: ToySource(), on: CPUBackend(threads: 1)).run()
    let whole = try artifacts(job.directory)

    job.directory = folder.file("stopped")
    #expect(throws: Stopped.self) {
      try Trainer(
        job, source: StoppingSource(base: ToySource(), atStep: stop), on: CPUBackend(threads: 1)
      )
      .run()
    }
    _ = try Trainer(job, source: ToySource(), on: CPUBackend(threads: 2)).run()
    let stopped = try artifacts(job.directory)
    #expect(stopped.keys.sorted() == whole.keys.sorted())
    for (name, bytes) in whole { #expect(stopped[name] == bytes, "\(name)") }
  }

  /// Throws when the batches of a step are asked for, in the middle of its micro-batches.
  private struct StoppingSource: BatchSource {
    let base: ToySource
    let atStep: Int
    var digest: String { base.digest }
    var longestBatch: Int { base.longestBatch }
    var longestRow: Int { base.longestRow }
    func trainingBatchCount(epoch: Int) -> Int { base.trainingBatchCount(epoch: epoch) }
    func trainingBatch(epoch: Int, index: Int) throws -> SourceBatch {
      // 10 micro-batches an epoch make 4 steps.
      if epoch * 4 + index / 3 >= atStep { throw Stopped() }
      return try base.trainingBatch(epoch: epoch, index: index)
    }
    func name(ofTrainingRow row: Int) -> String { base.name(ofTrainingRow: row) }
    var heldOutBatchCount: Int { base.heldOutBatchCount }
    func heldOutBatch(_ index: Int) throws -> SourceBatch { try base.heldOutBatch(index) }
  }
}
