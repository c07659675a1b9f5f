internal import Artifacts
internal import Batching
package import Compute
internal import Modeling
internal import Training

/// Says what a recipe's training will take, before it is begun.
///
/// Lengths are those of the shards; batches are those that the run will have. Memory and time come
/// from probes: the job's model with one layer and with two, over one of its own micro-batches. What
/// they count and take is linear in the number of layers. What the process itself needs (program,
/// libraries, mapped files, scratch) is the probe's measured peak less what was counted of it.
package struct Estimator {
  private let recipe: Recipe
  private let shards: ShardSet
  private let source: ShardBatchSource
  private let job: TrainingJob
  private let plan: StepPlan

  /// Steps that are timed; the fastest counts.
  private static let repetitions = 3

  /// An estimator of `recipe` over a shard set that is there.
  ///
  /// - Throws: `checkFailed` if the set is not proven; what reading throws.
  package init(_ recipe: Recipe, shards path: String) throws {
    self.recipe = recipe
    shards = try ShardSet(path)
    source = try ShardBatchSource(shards, options: recipe.training)
    let model = try ModelFolder(recipe.baseModel)
    job = TrainingJob(
      model: model, options: recipe.training,
      lora: try (recipe.lora ?? LoRAOptions()).resolved(over: model),
      quantization: recipe.quantization, directory: "")
    plan = StepPlan(recipe.training, source: source)
  }

  /// The estimate for the device that `backend` is, or for a GPU of the table.
  ///
  /// - Parameters:
  ///   - gpu: the GPU; `nil` for `backend` itself, on which steps are timed.
  /// - Throws: as training would.
  /// - Complexity: some steps of a model of two layers.
  package func estimate(gpu: GPUModel?, on backend: any Backend) throws -> RunEstimate {
    var estimate = RunEstimate()
    count(&estimate)
    let layers = job.model.configuration.layerCount
    let batch = try typicalBatch()
    let first = try measure(layers: 1, batch, times: gpu == nil, on: backend)
    let next = try layers > 1 ? measure(layers: 2, batch, times: gpu == nil, on: backend) : first
    let counts = first.counts.extrapolated(to: next.counts, by: layers - 1)
    estimate.trainedParameters = first.trained + (layers - 1) * (next.trained - first.trained)
    estimate.parameters =
      job.model.configuration.parameterCount
      + (job.options.method == .full ? 0 : estimate.trainedParameters)
    estimate.memory = Self.components(counts, tokens: estimate.largestBatch)
    if let gpu {
      finish(&estimate, on: gpu)
    } else {
      estimate.device = "\(backend.name) (\(backend.configuration))"
      estimate.memory.append(("program, libraries, mapped files, scratch", next.overhead))
      let step = first.seconds + Double(layers - 1) * max(0, next.seconds - first.seconds)
      estimate.seconds = seconds(step / Double(batch.input.tokens.count), estimate)
      estimate.assumptions.append(
        "a held-out token takes a third of a trained one's time; nothing else runs on the machine")
    }
    if recipe.training.patience != nil {
      estimate.assumptions.append("training does not stop early")
    }
    return estimate
  }

  // MARK: Data

  private func count(_ estimate: inout RunEstimate) {
    let lengths = shards.lengths(.train)
    estimate.rows = lengths.count
    estimate.tokensPerEpoch = lengths.reduce(0) { $0 + Int($1) }
    estimate.steps = plan.steps
    var position = StepPlan.Position()
    for _ in 0..<plan.steps {
      for index in plan.batches(at: position) {
        let tokens = source.tokenCount(epoch: position.epoch, index: index)
        estimate.tokens += tokens
        estimate.largestBatch = max(estimate.largestBatch, tokens)
      }
      position = plan.position(after: position)
    }
    estimate.largestBatch = max(estimate.largestBatch, source.largestHeldOutBatch)
  }

  /// The micro-batch of the first epoch whose tokens are nearest to the mean.
  private func typicalBatch() throws -> SourceBatch {
    let count = source.trainingBatchCount(epoch: 0)
    guard count > 0 else {
      throw AksharaError(
        .invalidOption, "there are no training rows", remedy: "give shards with a train split")
    }
    let tokens = (0..<count).map { source.tokenCount(epoch: 0, index: $0) }
    let mean = tokens.reduce(0, +) / count
    let order = tokens.indices.sorted { abs(tokens[$0] - mean) < abs(tokens[$1] - mean) }
    for index in order {
      let batch = try source.trainingBatch(epoch: 0, index: index)
      if batch.input.weightSum > 0 { return batch }
    }
    throw AksharaError(.checkFailed, "no training row has a supervised token")
  }

  // MARK: Probes

  private struct Measured {
    var counts: StepProbe.Counts
    var trained: Int
    var seconds: Double
    var overhead: Int
  }

  private func measure(
    layers: Int, _ batch: SourceBatch, times: Bool, on backend: any Backend
  ) throws -> Measured {
    ProcessMemory.resetPeak()
    let probe = try StepProbe(job, layers: layers, source: source, batch: batch, on: backend)
    var fastest = Double.infinity
    if times {
      let clock = ContinuousClock()
      for _ in 0...Self.repetitions {
        let time = try clock.measure { try probe.step() }
        fastest = min(fastest, time / .seconds(1))
      }
    }
    let counted = probe.counts.total(tokens: batch.input.tokens.count)
    return Measured(
      counts: probe.counts, trained: probe.trainedParameters, seconds: fastest,
      overhead: max(0, (ProcessMemory.peak ?? 0) - counted))
  }

  private static func components(
    _ counts: StepProbe.Counts, tokens: Int
  ) -> [(name: String, bytes: Int)] {
    let all = [
      ("base: codes", counts.codes), ("base: quantization constants", counts.constants),
      ("base: tables, norms, dense matrices", counts.dense), ("adapter", counts.adapter),
      ("gradients", counts.gradients), ("optimizer", counts.optimizer),
      ("activations", counts.activationsPerToken * tokens),
    ]
    return all.filter { $0.1 > 0 }.map { (name: $0.0, bytes: $0.1) }
  }

  /// All trained tokens, and the held-out ones at a third: a forward pass without a backward one.
  private func seconds(_ perToken: Double, _ estimate: RunEstimate) -> Double {
    let heldOut = shards.lengths(.validation).reduce(0) { $0 + Int($1) }
    let evaluations: Int =
      switch recipe.training.evaluation {
      case .never: 0
      case .steps(let interval): plan.steps / interval
      case .epochs: Int(recipe.training.epochs)
      }
    return perToken
      * (Double(estimate.tokens) + Double((evaluations + 2) * heldOut) / 3)
  }

  // MARK: GPUs

  /// Operations of a step: 2 a parameter and token forwards, 2 backwards for the activations, and 2
  /// more for the gradients of what is trained; attention's products are left out, being below 5 %
  /// up to some thousand tokens a row.
  private func finish(_ estimate: inout RunEstimate, on gpu: GPUModel) {
    let passes = job.options.method == .full ? 6.0 : 4.0
    let operations = passes * Double(job.model.configuration.parameterCount)
    estimate.device = gpu.name
    estimate.memory.append(("context and workspaces", GPUModel.overhead))
    estimate.seconds = seconds(
      operations / (gpu.teraflops * 1e12 * GPUModel.efficiency), estimate)
    estimate.assumptions += [
      "\(Int(gpu.teraflops)) TFLOP/s by the data sheet, of which a step reaches "
        + "\(Int(100 * GPUModel.efficiency)) %",
      "1.5 GB for context and workspaces; activations in float32, as on the CPU",
    ]
    if estimate.peakMemory > gpu.memory {
      estimate.assumptions.append(
        "it does NOT fit into the \(gpu.memory / 1_000_000_000) GB of this GPU: lower "
          + "`per_device_train_batch_size` or `max_length`")
    }
  }
}
