internal import Artifacts

/// How a checkpoint's linear layers were quantized before it was stored.
///
/// Source: `quantization_config` as transformers writes it for bitsandbytes.
public enum StoredQuantization: Sendable, Equatable {
  /// Normal float of 4 bits in blocks of 64 (`load_in_4bit`, `bnb_4bit_quant_type: nf4`); the scales
  /// are quantized too, or not (`bnb_4bit_use_double_quant`).
  case nf4(doubleQuantization: Bool)
  /// Signed bytes with one scale a row (`load_in_8bit`).
  case int8

  /// Reads `quantization_config`.
  ///
  /// - Throws: `unsupported` for another method or another 4-bit code, with the key named.
  init(json: JSONValue, at location: SourceLocation) throws {
    func refuse(_ key: String, _ remedy: String) -> AksharaError {
      AksharaError(
        .unsupported, "`quantization_config.\(key)` is \((json[key] ?? .null).compactString)",
        at: location, remedy: remedy)
    }
    guard json["quant_method"]?.string == "bitsandbytes" else {
      throw refuse("quant_method", "use a model that bitsandbytes quantized, or one that is not")
    }
    if json["load_in_8bit"]?.bool == true || json["_load_in_8bit"]?.bool == true {
      self = .int8
      return
    }
    guard json["bnb_4bit_quant_type"]?.string == "nf4" else {
      throw refuse("bnb_4bit_quant_type", "nf4 is the 4-bit code that is handled")
    }
    self = .nf4(doubleQuantization: json["bnb_4bit_use_double_quant"]?.bool ?? false)
  }

  /// The value of `quantization_config`, with the defaults that transformers 5 writes.
  var json: JSONValue {
    let isFourBit = self != .int8
    return [
      "_load_in_4bit": .bool(isFourBit), "_load_in_8bit": .bool(!isFourBit),
      "bnb_4bit_compute_dtype": "float32", "bnb_4bit_quant_storage": "uint8",
      "bnb_4bit_quant_type": isFourBit ? "nf4" : "fp4",
      "bnb_4bit_use_double_quant": .bool(self == .nf4(doubleQuantization: true)),
      "llm_int8_enable_fp32_cpu_offload": false, "llm_int8_has_fp16_weight": false,
      "llm_int8_skip_modules": .null, "llm_int8_threshold": 6.0,
      "load_in_4bit": .bool(isFourBit), "load_in_8bit": .bool(!isFourBit),
      "quant_method": "bitsandbytes",
    ]
  }
}
