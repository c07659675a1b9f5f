internal import Artifacts
public import Compute

/// Continues a prompt, token by token, with keys and values kept in a cache.
///
/// ```swift
/// let generator = try TextGenerator(weights, positions: 512, on: backend)
/// let answer = try generator.generate(promptIDs, options)
/// ```
///
/// Not safe to share between threads.
public final class TextGenerator {
  /// The most tokens of prompt and answer together.
  public let positions: Int

  /// Prompt tokens that go through the model in one pass; bounds the memory of activations.
  private static let passLength = 256

  private let model: DecoderModel
  private let logits: Tensor
  private let backend: any Backend
  private let empty: KeyValueCache

  /// A generator over `weights`, with the adapter they carry.
  ///
  /// - Parameters:
  ///   - positions: the most tokens of prompt and answer together.
  /// - Throws: `device` if there is no room.
  public init(_ weights: DecoderWeights, positions: Int, on backend: any Backend) throws {
    let configuration = weights.configuration
    model = try DecoderModel(
      weights, for: .generating, capacity: min(positions, Self.passLength), positions: positions,
      on: backend)
    logits = try backend.makeTensor([1, configuration.vocabularyCount], .float32)
    empty = try KeyValueCache(
      configuration, positions: positions, passLength: model.capacity, on: backend)
    self.positions = positions
    self.backend = backend
  }

  /// Continues `prompt`.
  ///
  /// - Parameters:
  ///   - onToken: sees each token as it is made; what it returns ends the text, if anything.
  /// - Throws: `invalidOption` if the prompt is empty, longer than `positions`, or not made of the
  ///   model's tokens.
  /// - Complexity: one pass over the prompt, then one token a pass, each O(tokens so far).
  public func generate(
    _ prompt: [Int32], _ options: GenerationOptions,
    onToken: (Int32) -> GeneratedTokens.StopReason? = { _ in nil }
  ) throws -> GeneratedTokens {
    var cache = try start(prompt)
    let sampler = TokenSampler(options: options)
    var ids: [Int32] = []
    while ids.count < options.maximumTokens {
      let token = sampler.choose(logits.floats(from: backend), index: ids.count)
      if options.stopTokens.contains(token) {
        return GeneratedTokens(ids: ids, stopReason: .stopToken(token))
      }
      ids.append(token)
      if let reason = onToken(token) { return GeneratedTokens(ids: ids, stopReason: reason) }
      guard ids.count < options.maximumTokens else { break }
      guard cache.count < positions else {
        return GeneratedTokens(ids: ids, stopReason: .positions)
      }
      try model.extend(&cache, with: [token], logits: logits)
    }
    return GeneratedTokens(ids: ids, stopReason: .maximumTokens)
  }

  /// Puts the prompt into the cache; the logits of its last token are ready afterwards.
  private func start(_ prompt: [Int32]) throws -> KeyValueCache {
    guard !prompt.isEmpty else {
      throw AksharaError(.invalidOption, "the prompt has no tokens", remedy: "give some text")
    }
    guard prompt.count <= positions else {
      throw AksharaError(
        .invalidOption, "the prompt has \(prompt.count) tokens; there is room for \(positions)",
        remedy: "shorten it")
    }
    var cache = empty
    var rest = prompt[...]
    while !rest.isEmpty {
      try model.extend(&cache, with: Array(rest.prefix(Self.passLength)), logits: logits)
      rest = rest.dropFirst(Self.passLength)
    }
    return cache
  }
}
