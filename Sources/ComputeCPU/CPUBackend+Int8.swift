import Compute

extension CPUBackend {
  /// Rows that one unit of quantization does.
  private static let int8Rows = 16

  /// Quantizes a float32 matrix row by row as bitsandbytes does for LLM.int8; see `Int8Weight`.
  public func quantizeInt8(_ weight: Tensor) throws -> Int8Weight {
    let quantized = Int8Weight(
      codes: try makeTensor(weight.shape, .int8),
      scales: try makeTensor([weight.rows], .float32))
    let (values, width) = (weight.floats, weight.width)
    let (codes, scales) = (quantized.codes.signedOctets, quantized.scales.floats)
    forRanges(weight.rows, of: Self.int8Rows) { rows, scratch in
      let halves = scratch.floats(.rows, width)
      for row in rows {
        roundToHalf(values + row * width, to: halves, count: width)
        scales[row] = Int8Row.quantize(halves, count: width, to: codes + row * width)
      }
    }
    return quantized
  }

  /// Writes the float32 values that a quantized matrix stands for.
  public func dequantize(_ weight: Int8Weight, to destination: Tensor) {
    let (width, output) = (weight.codes.width, destination.floats)
    destination.expectCount(weight.codes.count, "a dequantized matrix")
    forRanges(weight.codes.rows, of: Self.int8Rows) { rows, _ in
      Int8Row.expand(
        weight, from: rows.lowerBound * width, count: rows.count * width,
        to: output + rows.lowerBound * width)
    }
  }

  /// Rounds to float16 and back, through the kernels that `copy` uses.
  private func roundToHalf(
    _ source: UnsafeMutablePointer<Float>, to output: UnsafeMutablePointer<Float>, count: Int
  ) {
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count) { halves in
      guard let base = halves.baseAddress else { return }
      kernels.narrow(source, to: base, .float16, count: count)
      kernels.widen(base, .float16, to: output, count: count)
    }
  }
}

/// The arithmetic of one row of an int8 matrix; see `Int8Weight`.
enum Int8Row {
  /// Quantizes a row and returns its scale.
  static func quantize(
    _ values: UnsafePointer<Float>, count: Int, to codes: UnsafeMutablePointer<Int8>
  ) -> Float {
    var scale: Float = 0
    for i in 0..<count { scale = max(scale, abs(values[i])) }
    // As torch divides a number by a tensor: by the reciprocal, which changes some last bits.
    let factor = (1 / scale) * 127
    for i in 0..<count {
      let scaled = (values[i] * factor).rounded(.toNearestOrEven)
      codes[i] = scale == 0 ? 0 : Int8(min(max(scaled, -127), 127))
    }
    return scale
  }

  /// Elements `start ..< start + count`, counted row-major, as float32.
  static func expand(
    _ weight: Int8Weight, from start: Int, count: Int, to output: UnsafeMutablePointer<Float>
  ) {
    let (codes, scales, width) = (
      weight.codes.signedOctets, weight.scales.floats, weight.codes.width
    )
    var index = start
    while index < start + count {
      let row = index / width
      let end = min((row + 1) * width, start + count)
      let (scale, source, target) = (scales[row], codes + index, output + (index - start))
      for i in 0..<end - index { target[i] = Float(source[i]) * scale * Int8Weight.unit }
      index = end
    }
  }
}
