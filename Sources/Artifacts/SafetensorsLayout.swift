/// Where the tensors of a safetensors file lie: a function of their names, types and shapes alone.
///
/// Header keys are in the order of their bytes, `__metadata__` first. Data lies in the order of falling
/// element size and then of names, so that every tensor is aligned to its elements although holes are
/// forbidden. The limits of the format stand at `SafetensorsFormat`.
public struct SafetensorsLayout {
  /// One tensor.
  struct Part {
    let name: String
    let type: SafetensorsType
    let shape: [Int]
    var byteCount: Int { shape.reduce(type.size, *) }
  }

  private let metadata: [String: String]
  private var parts: [Part] = []
  private var names: Set<String> = []

  /// The layout of a file with this metadata and no tensors yet.
  public init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// The bytes of all tensors.
  public var byteCount: Int { parts.reduce(0) { $0 + $1.byteCount } }

  /// Adds a tensor.
  ///
  /// - Throws: `malformed` if the name is empty, taken, or `__metadata__`.
  public mutating func add(_ name: String, _ type: SafetensorsType, _ shape: [Int]) throws {
    guard !name.isEmpty, name != SafetensorsFormat.metadataKey, names.insert(name).inserted else {
      throw AksharaError(.malformed, "a tensor cannot be named `\(name)`, or is written twice")
    }
    parts.append(Part(name: name, type: type, shape: shape))
  }

  /// The tensors in the order of their bytes, each with its place behind the header.
  var places: [(part: Part, bytes: Range<Int>)] {
    var offset = 0
    let ordered = parts.sorted {
      $0.type.size == $1.type.size
        ? Self.precedes($0.name, $1.name) : $0.type.size > $1.type.size
    }
    return ordered.map { part in
      defer { offset += part.byteCount }
      return (part, offset..<offset + part.byteCount)
    }
  }

  /// What stands before the tensors: the header with its length, padded to whole eights of bytes.
  ///
  /// - Throws: `unsupported` if it would be longer than the format allows.
  func header(at location: SourceLocation) throws -> [UInt8] {
    var entries: [(String, JSONValue)] = places.map { part, bytes in
      let entry: JSONValue = [
        "dtype": .string(part.type.rawValue),
        "shape": .array(part.shape.map { JSONValue($0) }),
        "data_offsets": [JSONValue(bytes.lowerBound), JSONValue(bytes.upperBound)],
      ]
      return (part.name, entry)
    }
    entries.sort { Self.precedes($0.0, $1.0) }
    if !metadata.isEmpty {
      let pairs = metadata.sorted { Self.precedes($0.key, $1.key) }
        .map { ($0.key, JSONValue.string($0.value)) }
      entries.insert((SafetensorsFormat.metadataKey, .object(JSONObject(pairs))), at: 0)
    }
    var json = JSONValue.object(JSONObject(entries)).compact
    let alignment = SafetensorsFormat.alignment
    let padding = (alignment - json.count % alignment) % alignment
    json += repeatElement(UInt8(ascii: " "), count: padding)
    guard json.count <= SafetensorsFormat.mostHeaderBytes else {
      throw AksharaError(
        .unsupported, "the header would have \(json.count) bytes, more than safetensors allows",
        at: location, remedy: "write the tensors into several files")
    }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
  }

  private static func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }
}
