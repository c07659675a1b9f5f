internal import Artifacts
public import Compute
public import Modeling

extension TrainingOptions {
  /// The type in which the backend must make products: one for all, the base's quantized layers too.
  ///
  /// - Parameters:
  ///   - quantization: how the base is stored; counts for `method: qlora` alone.
  public func computeType(_ quantization: QuantizationOptions) -> DType {
    if method == .qlora { return quantization.computeType }
    return usesBFloat16 ? .bfloat16 : .float32
  }

  /// Reads `gradient_checkpointing`, which is transformers' switch, and `gradient_checkpointing_kind`.
  ///
  /// Without a kind `true` means `layer`, which is what transformers does.
  static func checkpointing(
    _ reader: inout OptionReader
  ) throws -> ActivationCheckpointing {
    let isOn = try reader.boolean("gradient_checkpointing")
    let node = reader.node("gradient_checkpointing_kind")
    let kind = try reader.choice("gradient_checkpointing_kind", ActivationCheckpointing.self)
    guard let kind else { return isOn == true ? .layer : .none }
    guard isOn == nil || isOn == (kind != .none) else {
      throw AksharaError(
        .invalidOption,
        "`gradient_checkpointing_kind: \(kind.rawValue)` contradicts `gradient_checkpointing`",
        at: node?.location ?? reader.location, remedy: "remove one of them")
    }
    return kind
  }
}
