import Compute
internal import Glibc

extension CPUBackend {
  /// Tokens, or residue classes of tokens, that one unit of work does.
  private static let tokensPerUnit = 256
  private static let classes = 32

  /// `output[t] = table[tokens[t]]`.
  public func embed(_ tokens: Tensor, table: Tensor, output: Tensor) {
    let (ids, rows, out, width) = (tokens.integers, table.bytes, output.floats, table.width)
    let (type, kernels, vocabulary) = (table.type, kernels, table.rows)
    output.expectCount(tokens.count * width, "the embedding's output")
    forRanges(tokens.count, of: Self.tokensPerUnit) { range, _ in
      for t in range {
        precondition(
          0..<vocabulary ~= Int(ids[t]), "token \(ids[t]) is not in a table of \(vocabulary)")
        let row = rows + Int(ids[t]) * width * type.size
        if type == .float32 {
          memcpy(out + t * width, row, width * 4)
        } else {
          kernels.widen(row, type, to: out + t * width, count: width)
        }
      }
    }
  }

  /// `tableGradient[tokens[t]] += outputGradient[t]`.
  ///
  /// A unit does the tokens of one residue class of ids, so that all that is added to a row is added
  /// by one thread in the order of `t`.
  public func embedBackward(_ tokens: Tensor, outputGradient: Tensor, tableGradient: Tensor) {
    let (ids, count, width) = (tokens.integers, tokens.count, tableGradient.width)
    let (gradient, table, kernels) = (outputGradient.floats, tableGradient.floats, kernels)
    outputGradient.expectCount(count * width, "the embedding's output gradient")
    pool.run(Self.classes) { residue, _ in
      for t in 0..<count where Int(ids[t]) % Self.classes == residue {
        kernels.add(gradient + t * width, table + Int(ids[t]) * width, Int64(width))
      }
    }
  }
}
