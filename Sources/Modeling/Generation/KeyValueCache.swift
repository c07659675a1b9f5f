internal import Compute

/// Keys and values of the tokens one sequence has seen, layer by layer.
///
/// A layer with a sliding window holds what its queries can see, not the whole text: `window − 1` earlier
/// tokens and those of one pass. Where a pass finds no room behind them, the last `window − 1` rows move
/// to the front:
///
///     window 4, passes of at most 2:   a b c d e      room for 5
///     one more token, f:               c d e f .      its query sees c d e f
struct KeyValueCache: Sendable {
  /// Layers with the same window: they hold the rows of the same tokens.
  struct Track: Sendable {
    /// The most keys a query sees, its own among them; `nil`: all.
    let window: Int?
    /// How many tokens there is room for.
    let capacity: Int
    /// How many tokens it holds, the last ones.
    var count = 0

    /// How many rows move to the front, from which row, before `tokens` more find room; `nil` if there
    /// is room.
    func move(for tokens: Int) -> (from: Int, count: Int)? {
      guard count + tokens > capacity, let window else { return nil }
      let kept = min(count, window - 1)
      return (count - kept, kept)
    }
  }

  /// float32 `[room, key-value width]`, one a layer.
  let keys: [Tensor]
  /// float32 `[room, key-value width]`, one a layer.
  let values: [Tensor]
  /// The windows of the model, each once.
  private(set) var tracks: [Track]
  /// Which of `tracks` a layer belongs to.
  let trackOfLayer: [Int]
  /// How many tokens the sequence has.
  private(set) var count = 0

  /// A cache with nothing in it.
  ///
  /// - Parameters:
  ///   - positions: the most tokens of the sequence.
  ///   - passLength: the most tokens of one pass.
  /// - Throws: `device` if there is no room.
  init(
    _ configuration: ModelConfiguration, positions: Int, passLength: Int, on backend: any Backend
  ) throws {
    let layers = 0..<configuration.layerCount
    let windows = configuration.distinctWindows
    let tracks = windows.map { window in
      let room = window.map { min(positions, $0 - 1 + passLength) } ?? positions
      return Track(window: window, capacity: room)
    }
    let places = layers.map { windows.firstIndex(of: configuration.window(ofLayer: $0)) ?? 0 }
    func tensors() throws -> [Tensor] {
      try places.map {
        try backend.makeTensor([tracks[$0].capacity, configuration.keyValueWidth], .float32)
      }
    }
    keys = try tensors()
    values = try tensors()
    trackOfLayer = places
    self.tracks = tracks
  }

  /// How many earlier tokens a layer holds.
  func held(_ layer: Int) -> Int { tracks[trackOfLayer[layer]].count }

  /// Makes room for the rows of `tokens` more.
  mutating func makeRoom(for tokens: Int, on backend: any Backend) {
    for layer in trackOfLayer.indices {
      guard let move = tracks[trackOfLayer[layer]].move(for: tokens) else { continue }
      for tensor in [keys[layer], values[layer]] { Self.move(move, in: tensor, on: backend) }
    }
    for index in tracks.indices {
      if let move = tracks[index].move(for: tokens) { tracks[index].count = move.count }
    }
  }

  /// The rows of `tokens` more stand behind the others.
  mutating func extend(by tokens: Int) {
    count += tokens
    for index in tracks.indices { tracks[index].count += tokens }
  }

  /// Moves rows to the front, as many at once as they move by: source and target never overlap.
  private static func move(
    _ move: (from: Int, count: Int), in tensor: Tensor, on backend: any Backend
  ) {
    guard move.from > 0 else { return }
    for start in stride(from: 0, to: move.count, by: move.from) {
      let end = min(move.count, start + move.from)
      backend.copy(
        tensor.rows(move.from + start..<move.from + end), to: tensor.rows(start..<end))
    }
  }
}

extension ModelConfiguration {
  /// The windows of the layers, each once, in the order in which they first occur.
  var distinctWindows: [Int?] {
    (0..<layerCount).reduce(into: []) { found, layer in
      let window = window(ofLayer: layer)
      if !found.contains(window) { found.append(window) }
    }
  }
}
