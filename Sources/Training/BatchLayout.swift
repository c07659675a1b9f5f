internal import Artifacts

/// How rows are laid into micro-batches: the keys of TRL and transformers that say so.
///
/// Rows are laid end to end without padding in any case, each with positions of its own and attention
/// inside it, so these keys change which rows meet in a micro-batch and never what a row gives.
public struct BatchLayout: Sendable, Equatable {
  /// Ways of packing, by TRL's names.
  public enum PackingStrategy: String, Sendable, CaseIterable {
    /// Best fit, longest rows first; no row is cut. TRL's other two, `bfd_split` and `wrapped`, cut
    /// rows, so that answers lose their questions.
    case bfd
  }

  /// Whether rows are laid into packs of the shard set's `max_length`; then
  /// `per_device_train_batch_size` counts packs (`packing`).
  public var packing = false
  /// How (`packing_strategy`).
  public var strategy = PackingStrategy.bfd

  /// Rows one by one.
  public init() {}

  /// Reads the keys named above, and refuses those that speak of padding, which there is none of.
  ///
  /// - Throws: `invalidOption`.
  init(reading reader: inout OptionReader) throws {
    packing = try reader.boolean("packing") ?? packing
    strategy = try reader.choice("packing_strategy", PackingStrategy.self) ?? strategy
    if try reader.boolean("padding_free") == false {
      throw Self.refusal("padding_free: false", at: reader.location)
    }
    for key in ["pad_to_multiple_of", "padding_side"] where reader.node(key) != nil {
      throw Self.refusal(key, at: reader.location)
    }
  }

  private static func refusal(_ key: String, at location: SourceLocation) -> AksharaError {
    AksharaError(
      .invalidOption,
      "`\(key)` has no meaning here: training lays rows end to end and pads nothing",
      at: location, remedy: "leave it out")
  }

  /// The values as they are written into manifests, keys as in a recipe.
  var pairs: [(String, JSONValue)] {
    [
      ("packing", .bool(packing)), ("packing_strategy", .string(strategy.rawValue)),
    ]
  }
}
