internal import Artifacts

/// What `adapter_config.json` says that a merge needs besides the tensors.
///
///     scaling = lora_alpha / r, or lora_alpha / √r with `use_rslora` (Kalajdzievski 2023)
///     trainable_token_indices = [5, 9] for the embedding, or {"embed_tokens": [5, 9], "lm_head": [5]}
struct MergeSettings: Sendable, Equatable {
  /// What B A is multiplied with.
  let scaling: Float
  /// The rows that have values of their own, by module name (`embed_tokens`).
  let rows: [String: [Int]]

  /// Reads the file in an adapter's folder, which `AdapterFolder` has checked.
  ///
  /// - Throws: `malformed`.
  init(adapter folder: String) throws {
    let location = SourceLocation(file: Path.join(folder, "adapter_config.json"))
    let json = try JSONValue(parsing: TextFile(location.file).bytes, at: location)
    guard let rank = json["r"]?.integer, rank > 0, let alpha = json["lora_alpha"]?.double else {
      throw AksharaError(.malformed, "there is no `r` or no `lora_alpha`", at: location)
    }
    let divisor = json["use_rslora"]?.bool == true ? Double(rank).squareRoot() : Double(rank)
    scaling = Float(alpha / divisor)
    var rows: [String: [Int]] = [:]
    switch json["trainable_token_indices"] {
    case .array(let list)?: rows["embed_tokens"] = Self.indices(list)
    case .object(let modules)?:
      for pair in modules.pairs { rows[pair.key] = Self.indices(pair.value.array ?? []) }
    default: break
    }
    self.rows = rows
  }

  private static func indices(_ list: [JSONValue]) -> [Int] {
    list.compactMap { $0.integer.map { Int($0) } }
  }
}
