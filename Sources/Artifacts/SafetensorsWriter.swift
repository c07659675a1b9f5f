/// Writes a safetensors file: the same tensors and metadata give the same bytes.
///
/// ```swift
/// var writer = SafetensorsWriter(metadata: ["format": "pt"])
/// try writer.add("norm.weight", .f32, [64]) { emit in try emit(bytes) }
/// try writer.write(to: "model.safetensors")
/// ```
///
/// Header keys are in the order of their bytes, `__metadata__` first. Data lies in the order of falling
/// element size and then of names, so that every tensor is aligned to its elements although holes are
/// forbidden. Nothing is held in memory but the header: each tensor's bytes are asked for as they
/// are written.
public struct SafetensorsWriter {
  /// Takes the next bytes of a tensor.
  public typealias Emit = (UnsafeRawBufferPointer) throws -> Void

  private struct Part {
    let name: String
    let type: SafetensorsType
    let shape: [Int]
    let bytes: (Emit) throws -> Void
    var byteCount: Int { shape.reduce(type.size, *) }
  }

  private let metadata: [String: String]
  private var parts: [Part] = []
  private var names: Set<String> = []

  /// A writer for a file with this metadata.
  public init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// Adds a tensor whose bytes (little-endian, row-major) `bytes` will give, in pieces of any size.
  ///
  /// - Throws: `malformed` if the name is empty, taken, or `__metadata__`.
  public mutating func add(
    _ name: String, _ type: SafetensorsType, _ shape: [Int],
    bytes: @escaping (Emit) throws -> Void
  ) throws {
    guard !name.isEmpty, name != SafetensorsFormat.metadataKey, names.insert(name).inserted else {
      throw AksharaError(.malformed, "a tensor cannot be named `\(name)`, or is written twice")
    }
    parts.append(Part(name: name, type: type, shape: shape, bytes: bytes))
  }

  /// Adds a tensor of bytes that are there.
  public mutating func add(
    _ name: String, _ type: SafetensorsType, _ shape: [Int], bytes: [UInt8]
  ) throws {
    try add(name, type, shape) { emit in try bytes.withUnsafeBytes { try emit($0) } }
  }

  /// Writes the file, whole or not at all, and returns its digest.
  ///
  /// - Throws: `unwritable`; `malformed` if a tensor gave more or fewer bytes than its shape takes.
  @discardableResult
  public func write(to path: String) throws -> Digest {
    let ordered = parts.sorted {
      $0.type.size == $1.type.size ? precedes($0.name, $1.name) : $0.type.size > $1.type.size
    }
    let header = try header(ordered, at: SourceLocation(file: path))
    let file = try AtomicFile(path)
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.write($0) }
    try file.write(header)
    for part in ordered {
      let start = file.count
      try part.bytes { try file.write($0) }
      guard file.count - start == part.byteCount else {
        throw AksharaError(
          .malformed,
          "tensor `\(part.name)` of shape \(part.shape) takes \(part.byteCount) bytes, "
            + "but \(file.count - start) were given", at: SourceLocation(file: path))
      }
    }
    return try file.commit()
  }

  private func precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }

  private func header(_ ordered: [Part], at location: SourceLocation) throws -> [UInt8] {
    var entries: [(String, JSONValue)] = []
    var offset = 0
    for part in ordered {
      let end = offset + part.byteCount
      entries.append(
        (
          part.name,
          [
            "dtype": .string(part.type.rawValue),
            "shape": .array(part.shape.map { JSONValue($0) }),
            "data_offsets": [JSONValue(offset), JSONValue(end)],
          ]
        ))
      offset = end
    }
    entries.sort { precedes($0.0, $1.0) }
    if !metadata.isEmpty {
      let pairs = metadata.sorted { precedes($0.key, $1.key) }.map {
        ($0.key, JSONValue.string($0.value))
      }
      entries.insert((SafetensorsFormat.metadataKey, .object(JSONObject(pairs))), at: 0)
    }
    var bytes = JSONValue.object(JSONObject(entries)).compact
    let padding = (SafetensorsFormat.alignment - bytes.count % SafetensorsFormat.alignment)
    bytes += repeatElement(
      UInt8(ascii: " "), count: padding % SafetensorsFormat.alignment)
    guard bytes.count <= SafetensorsFormat.mostHeaderBytes else {
      throw AksharaError(
        .unsupported, "the header would have \(bytes.count) bytes, more than safetensors allows",
        at: location, remedy: "write the tensors into several files")
    }
    return bytes
  }
}
