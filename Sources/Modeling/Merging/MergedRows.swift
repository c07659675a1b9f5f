internal import Artifacts

/// The rows of tables that an adapter has values of its own for, by module name.
///
///     trainable_token_indices = [5, 9] for the embedding, or {"embed_tokens": [5, 9], "lm_head": [5]}
struct MergedRows: Sendable, Equatable {
  private(set) var indices: [String: [Int]] = [:]

  /// Reads `adapter_config.json` in an adapter's folder, which `AdapterFolder` has checked.
  ///
  /// - Throws: `malformed`.
  init(adapter folder: String) throws {
    let location = SourceLocation(file: Path.join(folder, "adapter_config.json"))
    let json = try JSONValue(parsing: TextFile(location.file).bytes, at: location)
    switch json["trainable_token_indices"] {
    case .array(let list)?: indices["embed_tokens"] = Self.indices(list)
    case .object(let modules)?:
      for pair in modules.pairs { indices[pair.key] = Self.indices(pair.value.array ?? []) }
    default: break
    }
  }

  private static func indices(_ list: [JSONValue]) -> [Int] {
    list.compactMap { $0.integer.map { Int($0) } }
  }
}
