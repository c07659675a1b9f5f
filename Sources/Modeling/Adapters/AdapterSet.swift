internal import Artifacts
public import Compute

/// Adapters by name over one base, which is loaded once.
///
/// ```swift
/// let set = try AdapterSet(
///   ["tutor": AdapterFolder("runs/tutor/adapter"), "poet": AdapterFolder("runs/poet/adapter")],
///   over: ModelFolder("base"), on: backend)
/// let generator = try TextGenerator(set.weights(of: "poet"), positions: 512, on: backend)
/// ```
///
/// The base's tensors are shared. An adapter adds its matrices, its saved modules, and a float32 copy of
/// a table of which it replaces rows.
public struct AdapterSet: Sendable {
  /// The base without an adapter.
  public let base: DecoderWeights
  /// The names, in the order given.
  public let names: [String]
  private let adapted: [String: DecoderWeights]

  /// Loads a base and adapters over it.
  ///
  /// - Parameters:
  ///   - adapters: folders in PEFT's layout, by the names under which they are asked for.
  ///   - quantization: how the base is quantized; `nil`: as it is stored.
  ///   - storage: the type of matrices that are not quantized.
  /// - Throws: `invalidOption` if a name stands twice; `missingFile`, `malformed`, `unsupported`;
  ///   `device` if there is no room.
  public init(
    _ adapters: KeyValuePairs<String, AdapterFolder>, over model: ModelFolder,
    quantization: QuantizationOptions? = nil, storage: DenseStorage = .stored,
    on backend: any Backend
  ) throws {
    try self.init(
      adapters.map { ($0.key, $0.value) }, over: model, quantization: quantization,
      storage: storage, on: backend)
  }

  /// Loads a base and a list of adapters over it; see the other `init`.
  ///
  /// - Throws: as the other `init`.
  public init(
    _ adapters: [(name: String, folder: AdapterFolder)], over model: ModelFolder,
    quantization: QuantizationOptions? = nil, storage: DenseStorage = .stored,
    on backend: any Backend
  ) throws {
    names = adapters.map(\.name)
    if let twice = Dictionary(grouping: names, by: \.self).first(where: { $1.count > 1 })?.key {
      throw AksharaError(
        .invalidOption, "two adapters are called `\(twice)`", remedy: "give each its own name")
    }
    let base = try DecoderWeights.load(
      model: model, quantization: quantization, storage: storage, on: backend)
    self.base = base
    adapted = try Dictionary(
      uniqueKeysWithValues: adapters.map { ($0.name, try $0.folder.load(onto: base, on: backend)) })
  }

  /// The base with the adapter called `name`, or without one.
  ///
  /// - Throws: `invalidOption` if there is none of this name.
  public func weights(of name: String?) throws -> DecoderWeights {
    guard let name else { return base }
    guard let weights = adapted[name] else {
      throw AksharaError(
        .invalidOption, "there is no adapter called `\(name)`",
        remedy: names.isEmpty
          ? "give it as --adapter \(name)=FOLDER"
          : "there are "
            + names.map { "`\($0)`" }.joined(separator: ", "))
    }
    return weights
  }
}
