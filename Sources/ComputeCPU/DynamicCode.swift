/// The signed dynamic 8-bit code: 256 sorted values in -1...1 whose spacing shrinks towards zero.
///
/// A value's exponent `e` in 0...6 stands for the decade `10^(e-6)`; the decade is cut into `2^e` equal
/// steps between 0.1 and 1, and each step's middle is a value, with both signs. 0 and 1 complete it.
///
/// Source: Dettmers 2016, "8-bit approximations for parallelism in deep learning"; arithmetic as in
/// `create_dynamic_map` of bitsandbytes 0.50.2, which does each step in float32.
enum DynamicCode {
  /// The sorted values.
  static let values: [Float] = {
    var values: [Float] = [0, 1]
    for exponent in 0..<7 {
      let borders = linearSpace(from: 0.1, to: 1, count: (1 << exponent) + 1)
      // Python forms 10^(exponent - 6) in double precision; torch rounds it to float32.
      let decade = Float(decades[exponent])
      for (low, high) in zip(borders, borders.dropFirst()) {
        let middle = (low + high) / 2
        values.append(decade * middle)
        values.append(-decade * middle)
      }
    }
    return values.sorted()
  }()

  private static let decades: [Double] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]

  /// `torch.linspace` in float32: from both ends towards the middle, so that both ends are exact,
  /// with fused multiply-add as torch's binaries have it.
  static func linearSpace(from start: Float, to end: Float, count: Int) -> [Float] {
    let step = (end - start) / Float(count - 1)
    return (0..<count).map { i in
      i < count / 2
        ? start.addingProduct(step, Float(i)) : end.addingProduct(-step, Float(count - 1 - i))
    }
  }
}

extension DynamicCode {
  /// Quantizes `values[range] - offset` as one block and returns its scale.
  ///
  ///     scaled = clamp((x - offset) * (1 / absmax), -1, 1)
  ///     code   = nearest[Int((scaled + 1) * 0.5 * 65535 + 0.5)]        0 where absmax is 0
  ///
  /// Source: `quantize_cpu_impl` in `csrc/cpu_ops.cpp` of bitsandbytes 0.50.2, which looks codes up in
  /// 65,536 bins instead of searching for the nearest value: beside a midpoint the two differ.
  static func quantize(
    _ values: UnsafePointer<Float>, less offset: Float, _ range: Range<Int>,
    to codes: UnsafeMutablePointer<UInt8>
  ) -> Float {
    let absmax = range.reduce(Float(0)) { max($0, abs(values[$1] - offset)) }
    let inverse = 1 / absmax
    for i in range {
      codes[i] = absmax == 0 ? 0 : nearest[bin(of: (values[i] - offset) * inverse)]
    }
    return absmax
  }

  private static let bins = 65_536

  /// The bin that a value in -1...1 falls into.
  private static func bin(of scaled: Float) -> Int {
    let clamped = min(max(scaled, -1), 1)
    return Int((clamped + 1) * 0.5 * Float(bins - 1) + 0.5)
  }

  /// The code of each bin: how many midpoints lie below the bin's value.
  private static let nearest: [UInt8] = {
    let midpoints = zip(values, values.dropFirst()).map { 0.5 * ($0 + $1) }
    var code = 0
    return (0..<bins).map { bin in
      let value = -1 + 2 * Float(bin) / Float(bins - 1)
      while code < midpoints.count, midpoints[code] < value { code += 1 }
      return UInt8(code)
    }
  }()
}
