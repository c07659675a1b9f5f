package import Artifacts
package import Compute

/// How a stage stands before a run.
package enum StageState: String, Sendable {
  /// Its results are there and belong to this recipe.
  case done
  /// Its results are there, but inputs, options or the files themselves have changed.
  case stale
  /// It has not been done.
  case toDo = "to do"
}

/// What a run would do with one stage.
package struct StagePlan: Sendable {
  /// The stage.
  package let stage: PipelineStage
  /// How it stands.
  package let state: StageState
  /// Why.
  package let reason: String
}

/// What a run has done.
package struct RunOutcome: Sendable {
  /// The stages that were worked on, in order.
  package let performed: [PipelineStage]
  /// The run directory.
  package let runDirectory: String

  /// The outcome for programs.
  package var json: JSONValue {
    [
      "run_directory": .string(runDirectory),
      "performed": .array(performed.map { .string($0.rawValue) }),
    ]
  }
}

/// A recipe as a graph of stages keyed by digests: what is done, what is stale, where to go on.
package struct Pipeline: Sendable {
  private(set) var context: RunContext

  /// A pipeline that works in `runDirectory`.
  package init(
    recipe: Recipe, runDirectory: String, threads: Int,
    makeBackend: @escaping @Sendable () throws -> any Backend,
    report: @escaping @Sendable (String) -> Void, progress: @escaping @Sendable (String) -> Void
  ) {
    context = RunContext(
      recipe: recipe, runDirectory: runDirectory, threads: threads, makeBackend: makeBackend,
      report: report, progress: progress)
  }

  /// What a run would do, without doing it.
  package func plan(until last: PipelineStage? = nil) throws -> [StagePlan] {
    var records: [PipelineStage: StageRecord] = [:]
    var isBroken = false
    return try works(until: last).map { work in
      let old = StageRecord(work.stage, runDirectory: context.runDirectory)
      if isBroken {
        let state: StageState = old == nil ? .toDo : .stale
        return StagePlan(stage: work.stage, state: state, reason: "waits for an earlier stage")
      }
      let plan = try state(of: work, old: old, key: key(of: work, after: records))
      if plan.state == .done { records[work.stage] = old } else { isBroken = true }
      return plan
    }
  }

  /// Does what is to do, up to and including `last`.
  ///
  /// - Throws: what the stages throw; what is done by then stays done.
  package func run(until last: PipelineStage? = nil) throws -> RunOutcome {
    let lock = try RunLock(context.runDirectory)
    defer { withExtendedLifetime(lock) {} }
    try AtomicFile.write(context.recipe.json.pretty, to: context.path("recipe.json"))
    var records: [PipelineStage: StageRecord] = [:]
    var performed: [PipelineStage] = []
    for work in try works(until: last) {
      let (record, isNew) = try perform(work, after: records)
      records[work.stage] = record
      if isNew { performed.append(work.stage) }
    }
    if records[.evaluate] != nil {
      context.report("report: \(context.path(RunContext.Place.report))")
    }
    return RunOutcome(performed: performed, runDirectory: context.runDirectory)
  }

  /// Does a stage's work unless it is done; says whether it did.
  private func perform(
    _ work: any StageWork, after records: [PipelineStage: StageRecord]
  ) throws -> (record: StageRecord, isNew: Bool) {
    let key = try key(of: work, after: records)
    if let old = StageRecord(work.stage, runDirectory: context.runDirectory),
      try state(of: work, old: old, key: key).state == .done
    {
      context.report("\(work.stage.rawValue): done before")
      return (old, false)
    }
    try work.discardStaleWork(key: key)
    try work.perform()
    let record = try StageRecord(
      key: key, runDirectory: context.runDirectory, outputs: work.outputs)
    try record.write(work.stage, runDirectory: context.runDirectory)
    return (record, true)
  }

  /// Does the training stage alone, on a shard set that is already there.
  ///
  /// - Parameter tokenizer: the folder of the tokenizer that made the shards; `nil`: the base
  ///   model's.
  /// - Throws: `invalidOption` if the set was made with another tokenizer, or with another template
  ///   than the recipe states; what the stage throws.
  package func train(shards: String, tokenizer: String?) throws {
    var single = self
    single.context.otherShards = shards
    single.context.otherTokenizer = tokenizer ?? context.recipe.baseModel
    let given = try GivenShards(shards, tokenizer: single.context.tokenizerFile)
    single.context.recipe = try given.recipe(context.recipe)
    single.context.givenShards = given
    let lock = try RunLock(context.runDirectory)
    defer { withExtendedLifetime(lock) {} }
    _ = try single.perform(TrainStage(context: single.context), after: [:])
  }

  private func works(until last: PipelineStage?) throws -> [any StageWork] {
    let all: [any StageWork] = [
      ImportStage(context: context), CurateStage(context: context),
      TokenizerStage(context: context), ShardStage(context: context),
      TrainStage(context: context), EvaluateStage(context: context),
    ]
    return all.filter { $0.stage <= (last ?? .evaluate) }
  }

  private func key(
    of work: any StageWork, after records: [PipelineStage: StageRecord]
  ) throws -> Digest {
    StageRecord.key(work.stage, options: try work.options(), inputs: try work.inputs(records))
  }

  private func state(
    of work: any StageWork, old: StageRecord?, key: Digest
  ) throws -> StagePlan {
    let (state, reason): (StageState, String) =
      switch old {
      case nil: (.toDo, "not done yet")
      case let old? where old.key != key: (.stale, "inputs or options have changed")
      case let old? where !old.isIntact(runDirectory: context.runDirectory):
        (.stale, "its files have been changed or removed")
      default: (.done, "nothing has changed")
      }
    return StagePlan(stage: work.stage, state: state, reason: reason)
  }
}
