internal import Artifacts
package import Compute
internal import Tokenization

/// What every stage of a run is given.
package struct RunContext: Sendable {
  /// What is to be done.
  package var recipe: Recipe
  /// Where everything is written.
  package let runDirectory: String
  /// Threads to use; results do not depend on it.
  package let threads: Int
  /// Makes the device that trains; called once, and only by stages that compute.
  package let makeBackend: @Sendable () throws -> any Backend
  /// Says one line to the user.
  package let report: @Sendable (String) -> Void
  /// Shows one line that the next one replaces.
  package let progress: @Sendable (String) -> Void

  /// The digests of the sources, which the stage's key, the rows and the passport name.
  let digests = FileDigests()

  /// The shard set to train on, where it is not the run's own.
  package var otherShards: String?
  /// The folder of the tokenizer that made it, where it is not the run's own.
  package var otherTokenizer: String?

  /// That set, opened.
  var givenShards: GivenShards?

  /// The shard set.
  var shardFolder: String { otherShards ?? path(Place.shards) }
  /// The tokenizer's folder.
  var tokenizerFolder: String { otherTokenizer ?? path(Place.tokenizer) }
  /// The tokenizer: `tokenizer.json`, or what stands there instead.
  var tokenizerFile: String {
    (try? TokenizerPlace.file(tokenizerFolder)) ?? Path.join(tokenizerFolder, "tokenizer.json")
  }

  /// A path inside the run directory.
  package func path(_ name: String) -> String { Path.join(runDirectory, name) }

  /// Where each stage leaves its work, inside the run directory.
  package enum Place {
    /// `conversations.jsonl`, `quarantine.jsonl`, `report.json`.
    package static let imported = "import"
    /// `conversations.jsonl`, `dropped.jsonl`, `report.json`.
    package static let curated = "curate"
    /// `tokenizer.json` and what transformers wants beside it.
    package static let tokenizer = "tokenizer"
    /// The shard set.
    package static let shards = "shards"
    /// Metrics, history, checkpoints.
    package static let training = "train"
    /// The adapter, for LoRA and QLoRA.
    package static let adapter = "adapter"
    /// The model, for full training.
    package static let model = "model"
    /// `evaluation.json`.
    package static let evaluation = "evaluate"
    /// The page at the end.
    package static let report = "report.html"
  }
}

/// One stage's work in one run.
protocol StageWork {
  /// Which stage it is.
  var stage: PipelineStage { get }
  /// Everything besides its inputs that its results depend on.
  func options() throws -> JSONValue
  /// The digests of what it reads from outside the run, and of what earlier stages left.
  func inputs(_ earlier: [PipelineStage: StageRecord]) throws -> [(String, Digest)]
  /// The files and folders it writes, inside the run directory.
  var outputs: [String] { get }
  /// Removes what an earlier, different run of the stage left and could be mistaken for progress.
  func discardStaleWork(key: Digest) throws
  /// Does the work; goes on where an interrupted run under the same key was.
  func perform() throws
}

extension StageWork {
  func discardStaleWork(key: Digest) throws {}
}
