public import Artifacts
public import Compute

/// How the frozen base is stored and computed with: the recipe's `quantization` table.
///
/// Keys are those of transformers' `BitsAndBytesConfig`.
public struct QuantizationOptions: Sendable, Equatable {
  /// Whether linear layers are stored in 4 bits; embedding, head and norms never are
  /// (`load_in_4bit`).
  public var isFourBit: Bool
  /// Whether linear layers are stored in bytes with one scale a row (`load_in_8bit`).
  public var isEightBit: Bool
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

  /// Linear layers in bytes with one scale a row.
  public static let eightBit = QuantizationOptions(isFourBit: false, isEightBit: true)

  /// Whether linear layers are quantized at all.
  public var isQuantized: Bool { isFourBit || isEightBit }

  /// How the quantized layers are described in `config.json`; `nil` where they are not quantized.
  public var storedForm: StoredQuantization? {
    if isEightBit { return .int8 }
    return isFourBit ? .nf4(doubleQuantization: doubleQuantization) : nil
  }

  /// Options; the defaults are QLoRA's.
  public init(
    isFourBit: Bool = true, isEightBit: Bool = false, doubleQuantization: Bool = true,
    computeType: DType = .float32
  ) {
    self.isFourBit = isFourBit
    self.isEightBit = isEightBit
    self.doubleQuantization = doubleQuantization
    self.computeType = computeType
  }

  /// Reads `load_in_4bit`, `load_in_8bit`, `bnb_4bit_quant_type`, `bnb_4bit_use_double_quant` and
  /// `bnb_4bit_compute_dtype`.
  ///
  /// - Throws: `invalidOption`.
  public init(reading reader: inout OptionReader) throws {
    let (four, eight) = (reader.node("load_in_4bit"), reader.node("load_in_8bit"))
    isEightBit = try reader.boolean("load_in_8bit") ?? false
    isFourBit = try reader.boolean("load_in_4bit") ?? !isEightBit
    if isFourBit, isEightBit {
      throw AksharaError(
        .invalidOption, "`load_in_4bit` and `load_in_8bit` are both true",
        at: (eight ?? four)?.location, remedy: "choose one of them")
    }
    _ = try reader.choice("bnb_4bit_quant_type", CodeType.self)
    doubleQuantization = try reader.boolean("bnb_4bit_use_double_quant") ?? true
    let type = try reader.choice("bnb_4bit_compute_dtype", ComputeType.self)
    computeType = type == .bfloat16 ? .bfloat16 : .float32
    try reader.finish()
  }

  /// All values as they are written into manifests.
  public var json: JSONValue {
    [
      "load_in_4bit": .bool(isFourBit), "load_in_8bit": .bool(isEightBit),
      "bnb_4bit_quant_type": "nf4",
      "bnb_4bit_use_double_quant": .bool(doubleQuantization),
      "bnb_4bit_compute_dtype": .string(computeType.rawValue),
    ]
  }
}
