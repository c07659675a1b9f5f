/// How text is generated.
public struct GenerationOptions: Sendable, Equatable {
  /// The most tokens that are made.
  public var maximumTokens: Int
  /// 0 takes the likeliest token; above 0, logits are divided by it and a token is drawn.
  public var temperature: Double
  /// Tokens are drawn from the likeliest ones whose probabilities reach this sum; 1: from all.
  /// Source: Holtzman et al. 2020, "The curious case of neural text degeneration".
  public var topProbability: Double
  /// Tokens are drawn from so many of the likeliest ones; 0: from all. Applied before
  /// `topProbability`, as in transformers.
  public var topCount: Int
  /// The seed of the draws.
  public var seed: UInt64
  /// Tokens that end the text; they are not part of it.
  public var stopTokens: Set<Int32>

  /// Options; the default is greedy.
  public init(
    maximumTokens: Int = 256, temperature: Double = 0, topProbability: Double = 1,
    topCount: Int = 0, seed: UInt64 = 0, stopTokens: Set<Int32> = []
  ) {
    self.maximumTokens = maximumTokens
    self.temperature = temperature
    self.topProbability = topProbability
    self.topCount = topCount
    self.seed = seed
    self.stopTokens = stopTokens
  }
}

/// What a model has written.
public struct GeneratedTokens: Sendable, Equatable {
  /// Why it stopped.
  public enum StopReason: Sendable, Equatable {
    /// It came to a stop token.
    case stopToken(Int32)
    /// It came to one of the texts at which it was to stop.
    case stopText(String)
    /// It came to the most tokens asked for.
    case maximumTokens
    /// It came to the most positions it has room for.
    case positions
  }

  /// The tokens, without the prompt and the stop token.
  public var ids: [Int32]
  /// Why it stopped.
  public var stopReason: StopReason
}
