/// Into which base an adapter is merged.
public enum MergeForm: Sendable, Equatable {
  /// The base as it is stored: bfloat16, float16 or float32.
  case stored
  /// The values that the quantized base stands for: what a QLoRA adapter was trained over.
  case dequantized(QuantizationOptions)

  /// For people and manifests: `stored`, or `dequantized nf4` or `int8`.
  public var name: String {
    switch self {
    case .stored: "stored"
    case .dequantized(let options): "dequantized \(options.isEightBit ? "int8" : "nf4")"
    }
  }
}
