internal import Artifacts
public import Tokenization

/// Rows end to end in one sequence, without padding between them: what attention kernels for
/// sequences of unlike lengths take. A pack, several packs, or a batch without padding.
///
///     rows            [7 8 9 2] [7 5 2]            padded to a multiple of 4
///     tokens           7  8  9  2  7  5  2   2     the last is padding
///     labels           -  -  9  2  -  5  2   -
///     positionIDs      0  1  2  3  0  1  2   0     begin again in every row
///     cuSeqlens        0           4         7  8  row i is cuSeqlens[i]..<cuSeqlens[i + 1];
///                                                  padding is a row of its own
///     weights          0  0  1  1  0  1  1   0
///
/// No token sees one of another row, so the loss is that of the rows by themselves. Labels are not
/// shifted; `modelInput` does that.
public struct PackedBatch: Sendable, Equatable {
  /// The tokens, `[tokens]`.
  public let tokens: [TokenID]
  /// The labels, `[tokens]`, aligned with `tokens`; `ignoreIndex` on padding.
  public let labels: [TokenID]
  /// The position of each token in its row, `[tokens]`.
  public let positionIDs: [Int32]
  /// Where each row begins, and the end, `[rows + 1]`.
  public let cuSeqlens: [Int32]
  /// The weight of each label, `[tokens]`; 0 where the label is `ignoreIndex`.
  public let weights: [Float]
  /// How many tokens are padding; if there are any, the last row is theirs.
  public let paddingCount: Int

  /// Lays rows end to end; empty ones are left out.
  ///
  /// - Parameters:
  ///   - padding: the token that fills up.
  ///   - multiple: the length becomes a multiple of so many tokens; 1 for no padding.
  /// - Throws: `invalidOption` if `multiple` is below 1, or there are 2³¹ tokens or more.
  public init(_ rows: [TokenRow], padding: TokenID = 0, toMultipleOf multiple: Int = 1) throws {
    let count = rows.reduce(0) { $0 + $1.count }
    guard multiple > 0, count <= Int(Int32.max) - multiple else {
      throw AksharaError(
        .invalidOption, "\(count) tokens cannot be laid end to end to a multiple of \(multiple)",
        remedy: "give a multiple of 1 or more, or fewer rows")
    }
    let filler = (multiple - count % multiple) % multiple
    var tokens: [TokenID] = []
    var labels: [TokenID] = []
    var positions: [Int32] = []
    var borders: [Int32] = [0]
    var weights: [Float] = []
    for row in rows where row.count > 0 {
      tokens += row.inputIDs
      labels += row.labels
      positions += 0..<Int32(row.count)
      weights += row.weights
      borders.append(Int32(tokens.count))
    }
    if filler > 0 {
      tokens += repeatElement(padding, count: filler)
      labels += repeatElement(ignoreIndex, count: filler)
      positions += 0..<Int32(filler)
      weights += repeatElement(0, count: filler)
      borders.append(Int32(tokens.count))
    }
    (self.tokens, self.labels, positionIDs) = (tokens, labels, positions)
    (cuSeqlens, self.weights, paddingCount) = (borders, weights, filler)
  }

  /// How many rows, that of the padding left out.
  public var rowCount: Int { cuSeqlens.count - 1 - (paddingCount > 0 ? 1 : 0) }

  /// The length of the longest row.
  public var maxSeqlen: Int {
    zip(cuSeqlens.dropFirst(), cuSeqlens).map { Int($0 - $1) }.max() ?? 0
  }

  /// Row `index`.
  public func row(_ index: Int) -> TokenRow {
    let range = Int(cuSeqlens[index])..<Int(cuSeqlens[index + 1])
    return TokenRow(
      inputIDs: Array(tokens[range]), labels: Array(labels[range]), weights: Array(weights[range]))
  }

  /// The batch as the model takes it, without the padding.
  public var modelInput: ModelInput { ModelInput((0..<rowCount).map(row)) }
}
