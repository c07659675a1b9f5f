import Compute

/// The 16 values of 4-bit NormalFloat and the borders between them.
enum NF4Code {
  /// The values of the format.
  static let values = NF4Weight.values

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
