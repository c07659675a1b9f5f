internal import Artifacts
public import Tokenization

/// Rows of one micro-batch, padded to one length.
///
///     row  tokens            labels                attentionMask   positionIDs   weights
///     0    7 8 9 2 5 2       -100 -100 -100 2 5 2  1 1 1 1 1 1     0 1 2 3 4 5   0 0 0 1 1 1
///     1    7 8 5 2 2 2       -100 -100    5 2 · ·  1 1 1 1 0 0     0 1 2 3 0 0   0 0 1 1 0 0
///                 └ the end token, which here is the padding token too: it is trained on, the
///                   padding behind it is not, because padding goes by position, never by ID
///     1    2 2 7 8 5 2       · · -100 -100    5 2  0 0 1 1 1 1     0 0 0 1 2 3   0 0 0 0 1 1
///          padded on the left: positions count from the row's own first token
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

  /// Where padding stands, as transformers' `padding_side` names it.
  public enum PaddingSide: String, Sendable, CaseIterable {
    /// In front of a row.
    case left
    /// Behind a row.
    case right
  }

  /// Where padding stands.
  public let side: PaddingSide
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
  public let attentionMask: [Int32]
  /// The position of each token in its own row, `[rows, length]`; 0 on padding.
  public let positionIDs: [Int32]
  /// The weight of each label, `[rows, length]`; 0 where the label is `ignoreIndex`.
  public let weights: [Float]

  /// Pads `rows`.
  ///
  /// - Parameters:
  ///   - padding: the token that fills up; may be the end token.
  ///   - paddedLength: how far to fill up.
  ///   - side: whether to fill up in front of rows or behind them.
  /// - Throws: `invalidOption` if a row is longer than `.exactly` allows, or a multiple is below 1.
  public init(
    _ rows: [TokenRow], padding: TokenID, to paddedLength: PaddedLength = .longest,
    on side: PaddingSide = .right
  ) throws {
    let lengths = rows.map(\.count)
    let length = try Self.length(of: lengths, paddedLength)
    func column<Value>(_ filler: Value, _ values: (TokenRow) -> [Value]) -> [Value] {
      var column: [Value] = []
      column.reserveCapacity(rows.count * length)
      for row in rows {
        let padding = repeatElement(filler, count: length - row.count)
        if side == .left { column += padding }
        column += values(row)
        if side == .right { column += padding }
      }
      return column
    }
    tokens = column(padding) { $0.inputIDs }
    labels = column(ignoreIndex) { $0.labels }
    attentionMask = column(0) { [Int32](repeating: 1, count: $0.count) }
    positionIDs = column(0) { Array(0..<Int32($0.count)) }
    weights = column(0) { $0.weights }
    (rowCount, self.length, self.lengths, self.side) = (rows.count, length, lengths, side)
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
