/// A matrix in signed bytes with one scale a row, laid out as bitsandbytes lays out LLM.int8 weights.
///
///     scale[r]      = max_c |half(w[r, c])|                           (`SCB`)
///     code[r, c]    = round(half(w[r, c]) * ((1 / scale[r]) * 127))   ties to even; 0 in a row of zeros
///     element[r, c] = (code[r, c] * scale[r]) * (1 / 127)             products in float32
///
/// Values pass through float16 first, as bitsandbytes casts them. Products are made with dequantized
/// elements: bitsandbytes' own forward pass also rounds the activations to bytes, which is faster on
/// its devices and less exact.
///
/// Source: Dettmers et al. 2022, "LLM.int8()", section 2; arithmetic as in `Int8Params._quantize`,
/// `int8_vectorwise_quant` and `int8_vectorwise_dequant` of bitsandbytes 0.50.2.
public struct Int8Weight: Sendable {
  /// int8 `[out, in]`.
  public let codes: Tensor
  /// float32 `[out]`.
  public let scales: Tensor

  /// The factor that belongs to the largest code, 1 / 127 in float32.
  public static let unit: Float = 7.874015718698502e-3

  /// A quantized matrix of these tensors.
  public init(codes: Tensor, scales: Tensor) {
    self.codes = codes
    self.scales = scales
  }
}
