internal import Artifacts
internal import Compute

/// The tensors in which one tensor of a model is stored when the model is quantized.
///
/// Their names, types and shapes follow from the source's alone, so that a file's header can be
/// written before the first value is made. The forms are those of `SafetensorsWeights.quantizedWeight`.
struct QuantizedTensors {
  /// One of them.
  typealias Entry = (name: String, type: SafetensorsType, shape: [Int])

  /// The tensor that they come from.
  let name: String
  /// The decoder layer whose last matrix this is; `nil` where it is not the last.
  var endedLayer: Int?
  /// How it is quantized; `nil`: it keeps its bytes.
  let form: StoredQuantization?
  /// What is stored.
  let entries: [Entry]

  /// A tensor that keeps its bytes.
  init(copying name: String, _ entry: SafetensorsEntry) {
    self.name = name
    form = nil
    entries = [(name, entry.type, entry.shape)]
  }

  /// A matrix `[out, in]`, whose elements have the type `stored`.
  init(quantizing name: String, _ shape: [Int], _ stored: DType, as form: StoredQuantization) {
    self.name = name
    self.form = form
    entries =
      switch form {
      case .int8: Self.int8(name, shape)
      case .nf4(let isDouble): Self.nf4(name, shape, stored, isDouble: isDouble)
      }
  }

  /// The bytes of all of them.
  var byteCount: Int { entries.reduce(0) { $0 + $1.shape.reduce($1.type.size, *) } }

  private static func int8(_ name: String, _ shape: [Int]) -> [Entry] {
    let module = name.dropLast("weight".count)
    return [
      (name, .i8, shape), (module + "SCB", .f32, [shape[0]]), (module + "weight_format", .u8, []),
    ]
  }

  private static func nf4(
    _ name: String, _ shape: [Int], _ stored: DType, isDouble: Bool
  ) -> [Entry] {
    let count = shape.reduce(1, *)
    let blocks = (count + NF4Weight.blockSize - 1) / NF4Weight.blockSize
    let nested = (blocks + NF4Weight.nestedBlockSize - 1) / NF4Weight.nestedBlockSize
    let state = nf4State(shape, stored, offset: isDouble ? 0 : nil).count
    return [
      (name, .u8, [(count + 1) / 2, 1]), (name + ".absmax", isDouble ? .u8 : .f32, [blocks]),
      (name + ".quant_map", .f32, [NF4Weight.values.count]),
      (name + ".quant_state.bitsandbytes__nf4", .u8, [state]),
    ]
      + (isDouble
        ? [
          (name + ".nested_absmax", .f32, [nested]), (name + ".nested_quant_map", .f32, [256]),
        ] : [])
  }

  /// The characters of the longest number, `-1.7976931348623157e+308`.
  private static let longestNumber = 24

  /// What bitsandbytes must know of an NF4 matrix: JSON, which may end in spaces. With an offset its
  /// length is that of the longest offset, so that it is known before the offset is.
  static func nf4State(_ shape: [Int], _ stored: DType, offset: Float?) -> [UInt8] {
    var state: JSONObject = [
      "quant_type": "nf4", "blocksize": JSONValue(NF4Weight.blockSize),
      "dtype": .string(stored.rawValue), "shape": .array(shape.map { JSONValue($0) }),
    ]
    guard let offset else { return JSONValue.object(state).compact }
    state["nested_blocksize"] = JSONValue(NF4Weight.nestedBlockSize)
    state["nested_dtype"] = "float32"
    let known = JSONValue.object(state).compact.count + #","nested_offset":"#.utf8.count
    state["nested_offset"] = .number(Double(offset))
    let json = JSONValue.object(state).compact
    let spaces = known + longestNumber - json.count
    return json + [UInt8](repeating: UInt8(ascii: " "), count: max(0, spaces))
  }
}
