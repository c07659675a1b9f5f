import Compute

/// Quantizes blocks of 64 values to NF4, with the arithmetic of bitsandbytes' CPU path
/// (`quantize_4bit` in `backends/default/ops.py`, version 0.50.2).
///
///     absmax  = max |x|
///     scaled  = clamp(x * (1 / max(absmax, 1e-38)), -1, 1)        a whole block
///     scaled  = clamp(x / max(absmax, 1e-38), -1, 1)              a last block that is not whole
///     code    = the number of midpoints between NF4 values that are below `scaled`
///
/// Two codes make a byte, the first in the high nibble; a missing last one is the code of 0. Its CUDA
/// path differs in the last bit of `scaled` here and there; we follow the CPU path, because every
/// reader can run it.
enum NF4Quantizer {
  /// Below this a scale counts as 0; float32's rounding of the constant in bitsandbytes.
  private static let least: Float = 1e-38

  /// Quantizes `range`, which begins at a block's border, and writes its codes and scales.
  static func quantize(
    _ values: UnsafePointer<Float>, _ range: Range<Int>, packed: UnsafeMutablePointer<UInt8>,
    absmax: UnsafeMutablePointer<Float>
  ) {
    for first in stride(from: range.lowerBound, to: range.upperBound, by: NF4Weight.blockSize) {
      let count = min(NF4Weight.blockSize, range.upperBound - first)
      let block = UnsafeBufferPointer(start: values + first, count: count)
      absmax[first / NF4Weight.blockSize] = quantize(block, to: packed + first / 2)
    }
  }

  /// Quantizes one block and returns its scale.
  private static func quantize(
    _ block: UnsafeBufferPointer<Float>, to packed: UnsafeMutablePointer<UInt8>
  ) -> Float {
    let absmax = block.reduce(0) { max($0, abs($1)) }
    let isWhole = block.count == NF4Weight.blockSize
    let scale = max(absmax, least)
    let inverse = 1 / scale
    func code(_ i: Int) -> UInt8 {
      guard i < block.count else { return NF4Code.code(of: 0) }
      let scaled = isWhole ? block[i] * inverse : block[i] / scale
      return NF4Code.code(of: min(max(scaled, -1), 1))
    }
    for i in stride(from: 0, to: block.count, by: 2) {
      packed[i / 2] = code(i) << 4 | code(i + 1)
    }
    return isWhole ? absmax : scale
  }
}
