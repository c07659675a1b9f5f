internal import Artifacts
package import Compute

/// Values from safetensors files, one or many.
package final class SafetensorsWeights: WeightSource {
  /// Elements that are read at once: bounds the memory beside the tensor that is filled.
  private static let pieceElements = 1 << 20

  private let files: [SafetensorsFile]
  /// The file of each tensor.
  private let places: [String: Int]
  private var used: Set<String> = []

  /// The tensors of `paths`.
  ///
  /// - Throws: `missingFile`, or `malformed` if a file is damaged or a tensor stands in two.
  package init(_ paths: [String]) throws {
    files = try paths.map { try SafetensorsFile($0) }
    var places: [String: Int] = [:]
    for (index, file) in files.enumerated() {
      for name in file.names where places.updateValue(index, forKey: name) != nil {
        throw AksharaError(
          .malformed, "the tensor `\(name)` stands in two files",
          at: SourceLocation(file: file.path))
      }
    }
    self.places = places
  }

  /// The names of all tensors, sorted.
  package var names: [String] { places.keys.sorted() }

  /// The tensors that were never asked for, sorted.
  package var unusedNames: [String] { names.filter { !used.contains($0) } }

  /// The shape of a tensor; `nil` if there is none of this name.
  package func shape(of name: String) -> [Int]? {
    places[name].flatMap { files[$0].tensors[name]?.shape }
  }

  /// Copies a tensor of float32, bfloat16 or float16 to `tensor`, exactly.
  ///
  /// - Throws: `malformed` if it is missing or has another shape, `unsupported` if it has another
  ///   type.
  package func fill(_ tensor: Tensor, named name: String, on backend: any Backend) throws {
    let file = try file(of: name)
    let entry = try file.entry(name)
    guard tensor.shape == Shape(entry.shape) else {
      throw AksharaError(
        .malformed, "the tensor `\(name)` has the shape \(entry.shape), not \(tensor.shape)",
        at: SourceLocation(file: file.path),
        remedy: "check that the configuration belongs to these weights")
    }
    used.insert(name)
    let type = try type(of: entry, name, in: file)
    guard type != tensor.type else { return try upload(name, of: file, to: tensor, on: backend) }
    let passage = try backend.makeTensor([min(Self.pieceElements, tensor.count)], type)
    let flat = tensor.reshaped([tensor.count])
    try file.forEachPiece(of: name, atMost: Self.pieceElements * type.size) { bytes, offset in
      let (first, count) = (offset / type.size, bytes.count / type.size)
      backend.upload(bytes, to: passage.prefix(count))
      backend.copy(passage.prefix(count), to: flat.rows(first..<first + count))
    }
  }

  /// Copies a tensor's bytes, piece by piece.
  private func upload(
    _ name: String, of file: SafetensorsFile, to tensor: Tensor, on backend: any Backend
  ) throws {
    let (flat, size) = (tensor.reshaped([tensor.count]), tensor.type.size)
    try file.forEachPiece(of: name, atMost: Self.pieceElements * size) { bytes, offset in
      let first = offset / size
      backend.upload(bytes, to: flat.rows(first..<first + bytes.count / size))
    }
  }

  package func storedType(of name: String) throws -> DType? {
    let file = try file(of: name)
    return try type(of: file.entry(name), name, in: file)
  }

  /// Copies a tensor's bytes as they are.
  ///
  /// - Throws: `malformed` if it is missing or has another number of elements, or another type.
  func fillBytes(
    _ tensor: Tensor, named name: String, as stored: SafetensorsType, on backend: any Backend
  ) throws {
    let file = try file(of: name)
    let entry = try file.entry(name)
    guard entry.type == stored, entry.count == tensor.count else {
      throw AksharaError(
        .malformed,
        "the tensor `\(name)` has \(entry.count) elements of \(entry.type.rawValue), not "
          + "\(tensor.count) of \(stored.rawValue)", at: SourceLocation(file: file.path),
        remedy: "check that the configuration belongs to these weights")
    }
    used.insert(name)
    try upload(name, of: file, to: tensor, on: backend)
  }

  /// The bytes of a small tensor that describes another; `nil` if there is none.
  func bytes(of name: String) throws -> [UInt8]? {
    guard let place = places[name] else { return nil }
    used.insert(name)
    return try files[place].withBytes(of: name) { Array($0) }
  }

  /// Marks a tensor as known though its values are not needed.
  func passOver(_ name: String) { used.insert(name) }

  func file(of name: String) throws -> SafetensorsFile {
    if let place = places[name] { return files[place] }
    throw AksharaError(
      .malformed, "there is no tensor `\(name)`",
      at: files.first.map { SourceLocation(file: $0.path) },
      remedy: "check that the configuration belongs to these weights")
  }

  private func type(
    of entry: SafetensorsEntry, _ name: String, in file: SafetensorsFile
  ) throws -> DType {
    switch entry.type {
    case .f32: return .float32
    case .bf16: return .bfloat16
    case .f16: return .float16
    default:
      throw AksharaError(
        .unsupported, "the tensor `\(name)` has the type \(entry.type.rawValue)",
        at: SourceLocation(file: file.path),
        remedy: "give float32, bfloat16 or float16 weights, or weights that bitsandbytes quantized")
    }
  }
}
