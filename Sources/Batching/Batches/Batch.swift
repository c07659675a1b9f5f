internal import Artifacts
public import Tokenization

/// Rows of one micro-batch, padded on the right to one length.
///
///     row  tokens            labels                attentionMask   weights
///     0    7 8 9 2 5 2       -100 -100 -100 2 5 2  1 1 1 1 1 1     0 0 0 1 1 1
///     1    7 8 5 2 2 2       -100 -100    5 2 · ·  1 1 1 1 0 0     0 0 1 1 0 0
///                 └ the end token, which here is the padding token too: it is trained on, the
///                   padding behind it is not, because padding goes by position, never by ID
///
/// All columns are `[rows, length]`, row after row.
public struct Batch: Sendable, Equatable {
  /// How long the padded rows are.
  public enum PaddedLength: Sendable, Equatable {
    /// As long as the longest row.
    case longest
    /// The next multiple of a number of tokens.
    case multiple(of: Int)
    /// Exactly so many tokens; no row may be longer.
    case exactly(Int)
  }

  /// How many rows.
  public let rowCount: Int
  /// The length to which rows are padded.
  public let length: Int
  /// How many tokens each row really has.
  public let lengths: [Int]
  /// The tokens, `[rows, length]`.
  public let tokens: [TokenID]
  /// The labels, `[rows, length]`, aligned with `tokens`; `ignoreIndex` on padding.
  public let labels: [TokenID]
  /// 1 where a token stands, 0 on padding, `[rows, length]`.
  public let attentionMask: [Int8]
  /// The weight of each label, `[rows, length]`; 0 where the label is `ignoreIndex`.
  public let weights: [Float]

  /// Pads `rows`.
  ///
  /// - Parameters:
  ///   - padding: the token that fills up; may be the end token.
  ///   - paddedLength: how far to fill up.
  /// - Throws: `invalidOption` if a row is longer than `.exactly` allows, or a multiple is below 1.
  public init(
    _ rows: [TokenRow], padding: TokenID, to paddedLength: PaddedLength = .longest
  ) throws {
    let lengths = rows.map(\.count)
    let length = try Self.length(of: lengths, paddedLength)
    var tokens: [TokenID] = []
    var labels: [TokenID] = []
    var mask: [Int8] = []
    var weights: [Float] = []
    let count = rows.count * length
    tokens.reserveCapacity(count)
    labels.reserveCapacity(count)
    mask.reserveCapacity(count)
    weights.reserveCapacity(count)
    for row in rows {
      let filler = length - row.count
      tokens += row.inputIDs
      tokens += repeatElement(padding, count: filler)
      labels += row.labels
      labels += repeatElement(ignoreIndex, count: filler)
      mask += repeatElement(1, count: row.count)
      mask += repeatElement(0, count: filler)
      weights += row.weights
      weights += repeatElement(0, count: filler)
    }
    (rowCount, self.length, self.lengths) = (rows.count, length, lengths)
    (self.tokens, self.labels, attentionMask) = (tokens, labels, mask)
    self.weights = weights
  }

  private static func length(of lengths: [Int], _ padded: PaddedLength) throws -> Int {
    let longest = lengths.max() ?? 0
    switch padded {
    case .longest: return longest
    case .multiple(let step) where step > 0: return (longest + step - 1) / step * step
    case .exactly(let length) where longest <= length: return length
    case .multiple(let step):
      throw AksharaError(
        .invalidOption, "rows cannot be padded to a multiple of \(step)", remedy: "give 1 or more")
    case .exactly(let length):
      throw AksharaError(
        .invalidOption, "a row of \(longest) tokens does not fit into batches of \(length)",
        remedy: "make shards with `max_length: \(length)`, or pad further")
    }
  }

  /// How many tokens are not padding.
  public var tokenCount: Int { lengths.reduce(0, +) }

  /// How many positions are padding.
  public var paddingCount: Int { rowCount * length - tokenCount }

  /// How many labels are trained on.
  public var supervisedCount: Int { labels.count { $0 != ignoreIndex } }
}
