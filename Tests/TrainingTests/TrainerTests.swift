import Artifacts
import ComputeCPU
import Fixtures
import Foundation
import Testing

@testable import Modeling
@testable import Training

@Suite struct TrainerTests {

  private func options(_ method: TrainingOptions.Method = .full) -> TrainingOptions {
    var options = TrainingOptions()
    options.method = method
    options.initialization = method == .full ? .random : .pretrained
    options.learningRate = 2e-2
    options.maximumSteps = 24
    options.accumulation = 3
    options.warmupSteps = 4
    options.loggingSteps = 2
    options.evaluation = .steps(6)
    options.saving = .steps(5)
    return options
  }

  /// Every byte that a run leaves, but for the times.
  private func artifacts(_ directory: String) throws -> [String: [UInt8]] {
    let manager = FileManager.default
    var files: [String: [UInt8]] = [:]
    for name in try manager.subpathsOfDirectory(atPath: directory)
    where !name.hasSuffix("timing.jsonl") && !name.hasSuffix("run.json") {
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

  @Test func anEmptyFolderThatACrashLeftGoesAndOthersFoldersStay() throws {
    let folder = TemporaryFolder()
    let model = try makeModelFolder(folder.file("model"))
    try Folder.make(folder.file("run/checkpoint-2"))
    try AtomicFile.write(Array("mine".utf8), to: folder.file("run/checkpoint-3/notes.txt"))
    let job = TrainingJob(model: model, options: options(), directory: folder.file("run"))
    _ = try Trainer(job, source: ToySource(), on: CPUBackend(threads: 1)).run()
    #expect(
      Folder.list(folder.file("run")).filter { $0.hasPrefix("checkpoint-") } == [
        "checkpoint-20", "checkpoint-24", "checkpoint-3",
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
    #expect(throws: ToySource.Stopped.self) {
      try Trainer(
        job, source: ToySource().stopped(atStep: stop), on: CPUBackend(threads: 1)
      )
      .run()
    }
    _ = try Trainer(job, source: ToySource(), on: CPUBackend(threads: 2)).run()
    let stopped = try artifacts(job.directory)
    #expect(stopped.keys.sorted() == whole.keys.sorted())
    for (name, bytes) in whole { #expect(stopped[name] == bytes, "\(name)") }
  }

  @Test func qloraLearnsAToyTaskAndLeavesAnAdapterThatLowersTheLoss() throws {
    let folder = TemporaryFolder()
    let model = try makeModelFolder(folder.file("model"))
    let backend = try CPUBackend(threads: 2)
    let base = try DecoderWeights(
      model.configuration, from: RandomWeights(seed: 3, standardDeviation: 0.1), on: backend)
    try ModelWriter.write(base, as: .bfloat16, to: model.path, from: backend)
    let job = TrainingJob(
      model: model, options: options(.qlora), lora: LoRAOptions(rank: 8, alpha: 16, dropout: 0.05),
      baseName: "example/base", baseRevision: "abc", directory: folder.file("run"))
    let source = try ToySource()
    var notices: [String] = []
    let result = try Trainer(job, source: source, on: backend) { event in
      if case .notice(let text) = event { notices.append(text) }
    }.run()
    let last = try #require(result.lastHeldOutLoss)
    #expect(last < 0.8 * (try #require(result.firstHeldOutLoss)))
    // Rows of 16 columns are no whole blocks of 64.
    #expect(notices.contains { $0.contains("`q_proj` have 16 columns") })

    let adapter = try AdapterFolder(result.output)
    #expect(adapter.configuration.baseName == "example/base")
    #expect(adapter.configuration.baseRevision == "abc")
    let weights = try DecoderWeights.load(
      model: model, adapter: adapter, quantization: QuantizationOptions(), on: backend)
    let scoring = try DecoderModel(
      weights, for: .scoring, capacity: source.longestBatch, positions: source.longestRow,
      on: backend)
    #expect(try HeldOutLoss(scoring, on: backend).measure(source) == last)
  }

  @Test func runsOfOneAndTwoThreadsAndTheirRepetitionsLeaveTheSameBytes() throws {
    let folder = TemporaryFolder()
    let model = try makeModelFolder(folder.file("model"))
    var runs: [[String: [UInt8]]] = []
    for (index, threads) in [1, 2, 2].enumerated() {
      let job = TrainingJob(
        model: model, options: options(), directory: folder.file("run-\(index)"))
      _ = try Trainer(job, source: ToySource(), on: CPUBackend(threads: threads)).run()
      runs.append(try artifacts(job.directory))
    }
    #expect(runs[0] == runs[1])
    #expect(runs[1] == runs[2])
  }

  @Test func metricsHaveTheKeysOfTransformersAndNoClock() throws {
    let folder = TemporaryFolder()
    let model = try makeModelFolder(folder.file("model"))
    let job = TrainingJob(model: model, options: options(), directory: folder.file("run"))
    _ = try Trainer(job, source: ToySource(), on: CPUBackend(threads: 1)).run()
    let lines = try TextFile(folder.file("run/metrics.jsonl")).lines.filter { !$0.isEmpty }
    let keys = try lines.map { try #require(JSONValue(parsing: $0).object).keys }
    #expect(keys[0] == ["step", "epoch", "eval_loss"])
    #expect(keys[1] == ["step", "epoch", "loss", "learning_rate", "grad_norm"])
    #expect(keys.count == 12 + 5)
    let history = try JSONValue(
      parsing: TextFile(folder.file("run/training_history.json")).bytes)
    #expect(try history.array == lines.map { try JSONValue(parsing: $0) })
  }

  @Test func aLossThatIsNoNumberStopsTheRunAndNamesTheRows() throws {
    let folder = TemporaryFolder()
    let model = try makeModelFolder(folder.file("model"))
    var options = options()
    options.learningRate = 1e38
    options.warmupSteps = 1
    let job = TrainingJob(model: model, options: options, directory: folder.file("run"))
    let trainer = Trainer(job, source: try ToySource(), on: try CPUBackend(threads: 1))
    let error = #expect(throws: AksharaError.self) { try trainer.run() }
    #expect(error?.code == .checkFailed)
    #expect(error?.message.contains("is not a finite number") == true)
    #expect(error?.message.contains("`row-") == true)
    #expect(!Path.exists(folder.file("run/model")))
  }

  @Test func aRunGoesOnOnlyWithItsOwnSetUp() throws {
    let folder = TemporaryFolder()
    let model = try makeModelFolder(folder.file("model"))
    var job = TrainingJob(model: model, options: options(), directory: folder.file("run"))
    _ = try Trainer(job, source: ToySource(), on: CPUBackend(threads: 1)).run()
    job.options.learningRate = 1e-2
    let error = #expect(throws: AksharaError.self) {
      try Trainer(job, source: ToySource(), on: CPUBackend(threads: 1)).run()
    }
    #expect(error?.message.contains("`training.learning_rate` was 0.02 and is 0.01") == true)
  }

  @Test func aDamagedCheckpointIsNamed() throws {
    let folder = TemporaryFolder()
    let model = try makeModelFolder(folder.file("model"))
    let job = TrainingJob(model: model, options: options(), directory: folder.file("run"))
    _ = try Trainer(job, source: ToySource(), on: CPUBackend(threads: 1)).run()
    let path = folder.file("run/checkpoint-24/state.safetensors")
    var bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    bytes[bytes.count - 1] ^= 1
    try AtomicFile.write(bytes, to: path)
    let error = #expect(throws: AksharaError.self) {
      try Trainer(job, source: ToySource(), on: CPUBackend(threads: 1)).run()
    }
    #expect(error?.location?.file == folder.file("run/checkpoint-24"))
    #expect(error?.remedy?.contains("remove this folder") == true)
  }
}
