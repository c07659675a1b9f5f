internal import Compute

/// Keys and values of the tokens one sequence has seen, layer by layer.
struct KeyValueCache: Sendable {
  /// float32 `[capacity, key-value width]`, one a layer.
  let keys: [Tensor]
  /// float32 `[capacity, key-value width]`, one a layer.
  let values: [Tensor]
  /// How many tokens it has room for.
  let capacity: Int
  /// How many tokens it holds.
  var count = 0

  init(_ configuration: ModelConfiguration, capacity: Int, on backend: any Backend) throws {
    func layers() throws -> [Tensor] {
      try (0..<configuration.layerCount).map { _ in
        try backend.makeTensor([capacity, configuration.keyValueWidth], .float32)
      }
    }
    keys = try layers()
    values = try layers()
    self.capacity = capacity
  }
}
