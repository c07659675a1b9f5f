public import Artifacts
public import Compute

/// How the frozen base is stored and computed with: the recipe's `quantization` table.
///
/// Keys are those of transformers' `BitsAndBytesConfig`.
public struct QuantizationOptions: Sendable, Equatable {
  /// Whether linear layers are stored in 4 bits; embedding, head and norms never are
  /// (`load_in_4bit`).
  public var isFourBit: Bool
  /// Whether the scales of the blocks are quantized too (`bnb_4bit_use_double_quant`).
  public var doubleQuantization: Bool
  /// The type in which products are made (`bnb_4bit_compute_dtype`).
  public var computeType: DType

  /// The data types of 4-bit codes that are handled (`bnb_4bit_quant_type`).
  public enum CodeType: String, CaseIterable, Sendable {
    /// NormalFloat: Dettmers et al. 2023, "QLoRA", appendix E.
    case nf4
  }

  /// The types in which products can be made.
  private enum ComputeType: String, CaseIterable {
    case float32, bfloat16
  }

  /// Options; the defaults are QLoRA's.
  public init(
    isFourBit: Bool = true, doubleQuantization: Bool = true, computeType: DType = .float32
  ) {
    self.isFourBit = isFourBit
    self.doubleQuantization = doubleQuantization
    self.computeType = computeType
  }

  /// Reads `load_in_4bit`, `bnb_4bit_quant_type`, `bnb_4bit_use_double_quant` and
  /// `bnb_4bit_compute_dtype`.
  ///
  /// - Throws: `invalidOption`.
  public init(reading reader: inout OptionReader) throws {
    isFourBit = try reader.boolean("load_in_4bit") ?? true
    _ = try reader.choice("bnb_4bit_quant_type", CodeType.self)
    doubleQuantization = try reader.boolean("bnb_4bit_use_double_quant") ?? true
    let type = try reader.choice("bnb_4bit_compute_dtype", ComputeType.self)
    computeType = type == .bfloat16 ? .bfloat16 : .float32
    try reader.finish()
  }

  /// All values as they are written into manifests.
  public var json: JSONValue {
    [
      "load_in_4bit": .bool(isFourBit), "bnb_4bit_quant_type": "nf4",
      "bnb_4bit_use_double_quant": .bool(doubleQuantization),
      "bnb_4bit_compute_dtype": .string(computeType.rawValue),
    ]
  }
}
