internal import Artifacts

/// How a model's tensors are spread over safetensors files of a bounded size, as Hugging Face lays them
/// out.
///
///     model.safetensors                                   one file, where all fits; else
///     model-00001-of-00003.safetensors …                  parts in the model's order, and
///     model.safetensors.index.json                        {"metadata": {"total_size": bytes},
///                                                          "weight_map": {tensor: file}}
///
/// What is larger than the bound gets a file of its own. Source: `split_torch_state_dict_into_shards`
/// of huggingface_hub.
struct WeightFileSplit<Item> {
  /// What stands in each file.
  let parts: [[Item]]
  /// The bytes of all items.
  let byteCount: Int

  /// Spreads `items`, in their order, over files of at most `largest` bytes.
  init(_ items: [Item], largest: Int, size: (Item) -> Int) {
    var parts: [[Item]] = [[]]
    var (filled, total) = (0, 0)
    for item in items {
      let size = size(item)
      if filled > 0, filled + size > largest {
        parts.append([])
        filled = 0
      }
      parts[parts.count - 1].append(item)
      filled += size
      total += size
    }
    (self.parts, byteCount) = (parts, total)
  }

  /// The file of each part.
  var fileNames: [String] {
    func five(_ number: Int) -> String { String("0000\(number)".suffix(max(5, "\(number)".count))) }
    return parts.count == 1
      ? ["model.safetensors"]
      : parts.indices.map { "model-\(five($0 + 1))-of-\(five(parts.count)).safetensors" }
  }

  /// Writes the index below `folder`, if there are several files.
  ///
  /// - Parameters:
  ///   - metadata: what is said beside the size of all.
  ///   - names: the tensors of an item.
  /// - Throws: `unwritable`.
  func writeIndex(
    to folder: String, metadata: JSONObject = [:], names: (Item) -> [String]
  ) throws {
    guard parts.count > 1 else { return }
    var metadata = metadata
    metadata["total_size"] = JSONValue(byteCount)
    let places = zip(parts, fileNames).flatMap { part, file in
      part.flatMap(names).map { ($0, JSONValue.string(file)) }
    }.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    let index: JSONValue = [
      "metadata": .object(metadata), "weight_map": .object(JSONObject(places)),
    ]
    try AtomicFile.write(index.pretty, to: Path.join(folder, "model.safetensors.index.json"))
  }
}
