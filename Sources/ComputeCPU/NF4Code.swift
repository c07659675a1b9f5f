/// The 16 values of 4-bit NormalFloat and the borders between them.
enum NF4Code {
  /// Quantiles of the standard normal distribution, scaled to -1...1, with an exact zero.
  ///
  /// Source: Dettmers et al. 2023, "QLoRA", appendix E; digits as in `get_4bit_type` of bitsandbytes
  /// 0.50.2.
  static let values: [Float] = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
    0.7229568362236023, 1.0,
  ]

  /// The midpoints between neighbouring values, in float32.
  static let borders: [Float] = zip(values, values.dropFirst()).map { ($0 + $1) / 2 }

  /// The code of a value in -1...1: how many borders lie below it. A value on a border takes the
  /// lower code, as `torch.bucketize` does it.
  static func code(of value: Float) -> UInt8 {
    var code: UInt8 = 0
    for border in borders where border < value { code += 1 }
    return code
  }
}
