/// Writes a safetensors file: the same tensors and metadata give the same bytes.
///
/// ```swift
/// var writer = SafetensorsWriter(metadata: ["format": "pt"])
/// try writer.add("norm.weight", .f32, [64]) { emit in try emit(bytes) }
/// try writer.write(to: "model.safetensors")
/// ```
///
/// Nothing is held in memory but the header: each tensor's bytes are asked for as they are written, in
/// the order of `SafetensorsLayout`. Where tensors are made in another order, `SafetensorsAssembly`
/// writes the same file.
public struct SafetensorsWriter {
  /// Takes the next bytes of a tensor.
  public typealias Emit = (UnsafeRawBufferPointer) throws -> Void

  private var layout: SafetensorsLayout
  private var sources: [String: (Emit) throws -> Void] = [:]

  /// A writer for a file with this metadata.
  public init(metadata: [String: String] = [:]) { layout = SafetensorsLayout(metadata: metadata) }

  /// Adds a tensor whose bytes (little-endian, row-major) `bytes` will give, in pieces of any size.
  ///
  /// - Throws: `malformed` if the name is empty, taken, or `__metadata__`.
  public mutating func add(
    _ name: String, _ type: SafetensorsType, _ shape: [Int],
    bytes: @escaping (Emit) throws -> Void
  ) throws {
    try layout.add(name, type, shape)
    sources[name] = bytes
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
    let location = SourceLocation(file: path)
    let header = try layout.header(at: location)
    let file = try AtomicFile(path)
    try file.write(header)
    for (part, _) in layout.places {
      let start = file.count
      try sources[part.name]?({ try file.write($0) })
      try part.require(file.count - start, at: location)
    }
    return try file.commit()
  }
}

extension SafetensorsLayout.Part {
  /// Throws `malformed` unless `given` bytes are those that the shape takes.
  func require(_ given: Int, at location: SourceLocation) throws {
    guard given == byteCount else {
      throw AksharaError(
        .malformed,
        "tensor `\(name)` of shape \(shape) takes \(byteCount) bytes, but \(given) were given",
        at: location)
    }
  }
}
