/// The stages of a run, in order.
package enum PipelineStage: String, CaseIterable, Sendable, Comparable {
  /// Foreign files into conversations.
  case `import`
  /// Conversations kept, changed or dropped, and split.
  case curate
  /// A tokenizer trained on the conversations, or the base model's copied.
  case tokenizer
  /// Conversations into tokens with labels.
  case shard
  /// Shards into an adapter or a model.
  case train
  /// Base and trained model side by side.
  case evaluate

  /// Raised when a stage's results change for the same inputs and options, so that results of an
  /// older version count as stale.
  var version: Int { 1 }

  package static func < (left: Self, right: Self) -> Bool { left.index < right.index }

  private var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
