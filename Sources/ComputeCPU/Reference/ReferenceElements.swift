import Compute
internal import Glibc

/// Kernels that work element by element, as a reader would write them.
///
/// Where no exponential is involved the arithmetic is that of the C kernels, and so are the bits.
enum ReferenceElements {
  /// `silu(gate) * up`.
  static func swiGLU(gate: Float, up: Float) -> Double {
    Double(gate) / (1 + exp(-Double(gate))) * Double(up)
  }

  /// The derivatives of `swiGLU` by gate and up, times `outputGradient`.
  static func swiGLUBackward(
    outputGradient: Float, gate: Float, up: Float
  ) -> (gate: Double, up: Double) {
    let (d, g) = (Double(outputGradient), Double(gate))
    let sigmoid = 1 / (1 + exp(-g))
    return (d * Double(up) * sigmoid * (1 + g * (1 - sigmoid)), d * g * sigmoid)
  }

  /// One head, rotated: `table` is half cosines, half sines.
  static func rotate(_ x: [Float], table: [Float], inverse: Bool) -> [Float] {
    let half = x.count / 2
    var y = x
    for i in 0..<half {
      let (c, s) = (table[i], inverse ? -table[half + i] : table[half + i])
      y[i] = x[i] * c - x[half + i] * s
      y[half + i] = x[half + i] * c + x[i] * s
    }
    return y
  }

  /// The factor of a dropout mask: 0, or 1 / (1 - probability).
  static func mask(_ random: CounterRandom, _ index: Int, probability: Float) -> Float {
    random.uniform(index) >= probability ? 1 / (1 - probability) : 0
  }

  /// An element of an NF4 matrix.
  static func nf4(packed: [UInt8], scales: [Float], _ index: Int) -> Float {
    let byte = packed[index / 2]
    return NF4Code.values[Int(index % 2 == 0 ? byte >> 4 : byte & 15)] * scales[index / 64]
  }

  /// The upper half of a float, rounded to nearest even.
  static func bfloat16(_ x: Float) -> UInt16 {
    if x.isNaN { return UInt16(x.bitPattern >> 16) | 0x40 }
    let upper = x.bitPattern >> 16
    let lower = x.bitPattern & 0xFFFF
    let isUp = lower > 0x8000 || (lower == 0x8000 && upper % 2 == 1)
    return UInt16(isUp ? upper + 1 : upper)
  }

  /// One element of an AdamW step; see `Backend.adamW`.
  static func adamW(
    p: Float, gradient: Float, m: Float, v: Float, settings: AdamWSettings, weightDecay: Double,
    scale: Float
  ) -> (p: Float, m: Float, v: Float) {
    let step = Double(settings.step)
    let g = gradient * scale
    let first = m.addingProduct(Float(1 - settings.beta1), g - m)
    let second = (v * Float(settings.beta2)).addingProduct(Float(1 - settings.beta2) * g, g)
    let correction = Float((1 - pow(settings.beta2, step)).squareRoot())
    let root = second.squareRoot() / correction + Float(settings.epsilon)
    let size = Float(settings.learningRate / (1 - pow(settings.beta1, step)))
    let decayed = p * Float(1 - settings.learningRate * weightDecay)
    return (decayed - size * first / root, first, second)
  }
}
