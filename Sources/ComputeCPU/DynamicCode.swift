/// The dynamic 8-bit codes: 256 sorted values whose spacing shrinks towards zero.
///
/// A value's exponent `e` in 0...6 stands for the decade `10^(e-6)`; the decade is cut into equal steps
/// between 0.1 and 1, and each step's middle is a value: `2^e` steps with both signs in the signed code
/// (-1...1), `2^(e+1)` steps in the unsigned one (0...1). 0 and 1 complete each.
///
/// Source: Dettmers 2016, "8-bit approximations for parallelism in deep learning"; arithmetic as in
/// `create_dynamic_map` of bitsandbytes 0.50.2, which does each step in float32.
struct DynamicCode: Sendable {
  /// The code of values of both signs: scales of NF4 blocks, first moments.
  static let signed = DynamicCode(isSigned: true)
  /// The code of values that are never below 0: second moments.
  static let unsigned = DynamicCode(isSigned: false)

  /// The values of the signed code.
  static var values: [Float] { signed.values }

  /// The sorted values.
  let values: [Float]
  /// The code of each bin: how many midpoints lie below the bin's value.
  private let nearest: [UInt8]

  private init(isSigned: Bool) {
    values = Self.values(isSigned: isSigned)
    nearest = Self.nearest(values)
  }

  private static func values(isSigned: Bool) -> [Float] {
    var values: [Float] = [0, 1]
    for exponent in 0..<7 {
      let steps = 1 << (isSigned ? exponent : exponent + 1)
      let borders = linearSpace(from: 0.1, to: 1, count: steps + 1)
      // Python forms 10^(exponent - 6) in double precision; torch rounds it to float32.
      let decade = Float(decades[exponent])
      for (low, high) in zip(borders, borders.dropFirst()) {
        let middle = (low + high) / 2
        values.append(decade * middle)
        if isSigned { values.append(-decade * middle) }
      }
    }
    return values.sorted()
  }

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
  /// Quantizes `values[range] - offset` as one block of the signed code and returns its scale.
  static func quantize(
    _ values: UnsafePointer<Float>, less offset: Float, _ range: Range<Int>,
    to codes: UnsafeMutablePointer<UInt8>
  ) -> Float {
    signed.quantize(
      values + range.lowerBound, less: offset, range.count, to: codes + range.lowerBound)
  }

  /// Quantizes `count` values, less `offset`, as one block and returns its scale.
  ///
  ///     scaled = clamp((x - offset) * (1 / absmax), -1, 1)
  ///     code   = nearest[Int((scaled + 1) * 0.5 * 65535 + 0.5)]        0 where absmax is 0
  ///
  /// A block with a value that is not a number gets the scale NaN, so that the fault stays visible.
  ///
  /// Source: `quantize_cpu_impl` in `csrc/cpu_ops.cpp` of bitsandbytes 0.50.2, which looks codes up in
  /// 65,536 bins instead of searching for the nearest value: beside a midpoint the two differ.
  func quantize(
    _ values: UnsafePointer<Float>, less offset: Float = 0, _ count: Int,
    to codes: UnsafeMutablePointer<UInt8>
  ) -> Float {
    var absmax: Float = 0
    var isNumber = true
    for i in 0..<count {
      let size = abs(values[i] - offset)
      absmax = max(absmax, size)
      isNumber = isNumber && !size.isNaN
    }
    let inverse = 1 / absmax
    nearest.withUnsafeBufferPointer { nearest in
      for i in 0..<count {
        codes[i] =
          absmax == 0 || !isNumber ? 0 : nearest[Self.bin(of: (values[i] - offset) * inverse)]
      }
    }
    return isNumber ? absmax : .nan
  }

  /// `output[i] = values[codes[i]] * absmax`.
  func dequantize(
    _ codes: UnsafePointer<UInt8>, _ absmax: Float, _ count: Int,
    to output: UnsafeMutablePointer<Float>
  ) {
    values.withUnsafeBufferPointer { values in
      for i in 0..<count { output[i] = values[Int(codes[i])] * absmax }
    }
  }

  private static let bins = 65_536

  /// The bin that a value in -1...1 falls into; a value that is not a number falls into the first.
  private static func bin(of scaled: Float) -> Int {
    let clamped = max(-1, min(scaled, 1))
    guard !clamped.isNaN else { return 0 }
    return Int((clamped + 1) * 0.5 * Float(bins - 1) + 0.5)
  }

  private static func nearest(_ values: [Float]) -> [UInt8] {
    let midpoints = zip(values, values.dropFirst()).map { 0.5 * ($0 + $1) }
    var code = 0
    return (0..<bins).map { bin in
      let value = -1 + 2 * Float(bin) / Float(bins - 1)
      while code < midpoints.count, midpoints[code] < value { code += 1 }
      return UInt8(code)
    }
  }
}
