internal import CTensorKernels
import Compute
internal import Glibc

extension CPUBackend {
  /// Rows of a weight whose norms one unit makes; tokens that one unit scales.
  private static let normRows = 32
  private static let scaledTokens = 64

  /// The length of each row of an adapted matrix; see `AdapterOperations`.
  public func rowNorms(of weight: LinearWeight, adapter: LoRAWeights, to norms: Tensor) {
    let (inner, outer) = (weight.inputCount, weight.outputCount)
    norms.expectCount(outer, "the norms of an adapted weight")
    let output = norms.floats
    forRanges(outer, of: Self.normRows) { rows, scratch in
      let base = tile(of: weight, rows: rows, columns: 0..<inner, scratch)
      let sum = Matrix(scratch.floats(.input, rows.count * inner), stride: inner)
      product.multiply(
        adapter.b.matrix.from(row: rows.lowerBound), adapter.a.matrix, to: sum, rows: rows.count,
        columns: inner, inner: adapter.rank, scale: adapter.scaling, scratch: scratch)
      for row in 0..<rows.count {
        let place = sum.pointer + row * inner
        kernels.add(base.pointer + row * base.stride, place, Int64(inner))
        output[rows.lowerBound + row] = Float(
          kernels.sum_of_squares(place, Int64(inner)).squareRoot())
      }
    }
  }

  /// `output (+)= input · magnitude / norms + bias`; see `AdapterOperations`.
  public func scaleColumns(
    _ input: Tensor, by magnitude: LoRAWeights.Magnitude, bias: Tensor?, output: Tensor,
    accumulate: Bool
  ) {
    let width = magnitude.value.count
    output.expectCount(input.count, "the scaled output")
    let (x, y, shift) = (input.floats, output.floats, bias?.floats)
    let factors = columnFactors(magnitude)
    forRanges(input.count / width, of: Self.scaledTokens) { tokens, _ in
      for t in tokens {
        let (source, target) = (x + t * width, y + t * width)
        for j in 0..<width {
          let scaled = source[j] * factors[j] + (shift?[j] ?? 0)
          target[j] = accumulate ? target[j] + scaled : scaled
        }
      }
    }
  }

  /// The gradients of `scaleColumns`; see `AdapterOperations`.
  public func scaleColumnsBackward(
    outputGradient: Tensor, input: Tensor, magnitude: LoRAWeights.Magnitude,
    inputGradient: Tensor, magnitudeGradient: Tensor?
  ) {
    let (width, norms) = (magnitude.value.count, magnitude.norms.floats)
    let tokens = input.count / width
    outputGradient.expectCount(input.count, "the scaled output's gradient")
    inputGradient.expectCount(input.count, "the scaled input's gradient")
    let (dy, x, dx) = (outputGradient.floats, input.floats, inputGradient.floats)
    let factors = columnFactors(magnitude)
    let units = (tokens + Self.scaledTokens - 1) / Self.scaledTokens
    let partials = shared.floats(.partials, max(1, units) * width)
    forRanges(tokens, of: Self.scaledTokens) { range, _ in
      let partial = partials + range.lowerBound / Self.scaledTokens * width
      memset(partial, 0, width * 4)
      for t in range {
        for i in t * width..<(t + 1) * width {
          let j = i - t * width
          partial[j] += dy[i] * x[i] / norms[j]
          dx[i] = dy[i] * factors[j]
        }
      }
    }
    if let magnitudeGradient {
      addPartials(partials, count: units, to: magnitudeGradient.floats, elements: width)
    }
  }

  /// `magnitude / norms`, shared by the workers of an operation.
  private func columnFactors(_ magnitude: LoRAWeights.Magnitude) -> UnsafeMutablePointer<Float> {
    let count = magnitude.value.count
    let (value, norms) = (magnitude.value.floats, magnitude.norms.floats)
    let factors = shared.floats(.scales, count)
    for j in 0..<count { factors[j] = value[j] / norms[j] }
    return factors
  }

  /// `kept = mask · input`, `rest = input − kept`; see `AdapterOperations`.
  public func dropout(
    _ input: Tensor, probability: Float, random: CounterRandom, kept: Tensor, rest: Tensor
  ) {
    kept.expectCount(input.count, "what dropout keeps")
    rest.expectCount(input.count, "what dropout takes")
    let (x, k, r, kernels) = (input.floats, kept.floats, rest.floats, kernels)
    forRanges(input.count, of: Self.elementsPerUnit) { range, _ in
      var mask = ctensor_dropout(
        seed: random.seed, stream: random.stream, probability: probability)
      let first = range.lowerBound
      kernels.dropout(&mask, Int64(first), x + first, k + first, Int64(range.count))
      for i in range { r[i] = x[i] - k[i] }
    }
  }

  /// `inputGradient (+)= restGradient + mask · (keptGradient − restGradient)`.
  public func dropoutBackward(
    keptGradient: Tensor, restGradient: Tensor, probability: Float, random: CounterRandom,
    inputGradient: Tensor, accumulate: Bool
  ) {
    keptGradient.expectCount(inputGradient.count, "the gradient of what dropout keeps")
    restGradient.expectCount(inputGradient.count, "the gradient of what dropout takes")
    let (kept, rest, target) = (keptGradient.floats, restGradient.floats, inputGradient.floats)
    let kernels = kernels
    forRanges(inputGradient.count, of: Self.elementsPerUnit) { range, scratch in
      var mask = ctensor_dropout(
        seed: random.seed, stream: random.stream, probability: probability)
      let (first, count) = (range.lowerBound, Int64(range.count))
      let difference = scratch.floats(.input, range.count)
      for i in range {
        difference[i - first] = kept[i] - rest[i]
        target[i] = accumulate ? target[i] + rest[i] : rest[i]
      }
      kernels.dropout_add(&mask, Int64(first), difference, target + first, count)
    }
  }
}
