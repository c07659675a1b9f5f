package import Artifacts
package import Compute
internal import Foundation

package final class TensorArchive: WeightSource {
  struct Entry { var data: Data; var type: DType; var shape: [Int] }
  private var entries: [String: Entry] = [:]
  package var names: [String] { entries.keys.sorted() }

  package init(files: [String]) throws {
    for path in files {
      let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
      let count = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
      let header = try JSONValue(parsing: Array(data[8..<8 + count]), at: nil)
      for pair in header.object?.pairs ?? [] where pair.key != "__metadata__" {
        let offsets = pair.value["data_offsets"]?.array?.compactMap { $0.integer.map(Int.init) } ?? []
        let types: [String: DType] = [
          "F32": .float32, "BF16": .bfloat16, "F16": .float16, "I32": .int32, "U8": .uint8,
        ]
        guard let type = types[pair.value["dtype"]?.string ?? ""] else { continue }
        entries[pair.key] = Entry(
          data: data[8 + count + offsets[0]..<8 + count + offsets[1]],
          type: type, shape: pair.value["shape"]?.array?.map { Int($0.integer ?? 0) } ?? [])
      }
    }
  }

  package func shape(of name: String) -> [Int]? { entries[name]?.shape }

  package func floats(_ name: String) -> [Float]? {
    entries[name].map { entry in entry.data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) } }
  }

  package func fill(_ tensor: Tensor, named name: String, on backend: any Backend) throws {
    guard let entry = entries[name], entry.shape == tensor.shape else {
      throw AksharaError(.malformed, "no tensor `\(name)` of shape \(tensor.shape)")
    }
    if entry.type == tensor.type {
      entry.data.withUnsafeBytes { backend.upload($0, to: tensor) }
    } else {
      let raw = try backend.makeTensor(entry.shape, entry.type)
      entry.data.withUnsafeBytes { backend.upload($0, to: raw) }
      backend.copy(raw, to: tensor)
    }
  }

  @discardableResult
  package static func write(
    _ tensors: [(name: String, tensor: Tensor)], as type: DType, to path: String,
    from backend: any Backend
  ) throws -> Digest {
    let sorted = tensors.sorted { $0.name < $1.name }
    var header = JSONObject()
    header.append("__metadata__", ["format": "pt"])
    var offset = 0
    for (name, tensor) in sorted {
      let size = tensor.count * type.size
      header.append(
        name,
        [
          "dtype": type == .float32 ? "F32" : "BF16",
          "shape": .array(tensor.shape.map { JSONValue($0) }),
          "data_offsets": [JSONValue(offset), JSONValue(offset + size)],
        ])
      offset += size
    }
    var bytes = JSONValue.object(header).compact
    while bytes.count % 8 != 0 { bytes.append(UInt8(ascii: " ")) }
    let file = try AtomicFile(path)
    try withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { try file.write($0) }
    try file.write(bytes)
    for (_, tensor) in sorted {
      var source = tensor
      if tensor.type != type {
        source = try backend.makeTensor(tensor.shape, type)
        backend.copy(tensor, to: source)
      }
      var data = [UInt8](repeating: 0, count: tensor.count * type.size)
      data.withUnsafeMutableBytes { backend.download(source, to: $0) }
      try file.write(data)
    }
    return try file.commit()
  }

  package static func digest(of path: String) throws -> Digest {
    var hasher = DigestHasher()
    let handle = FileHandle(forReadingAtPath: path)
    while let data = try handle?.read(upToCount: 1 << 22), !data.isEmpty {
      data.withUnsafeBytes { hasher.update($0) }
    }
    return hasher.finalize()
  }

  package static func smallFile(_ path: String) throws -> [UInt8] { try ModelFolder.smallFile(path) }
}

extension DecoderWeights {
  package init(
    loading folder: ModelFolder, quantization: QuantizationOptions?, on backend: any Backend
  ) throws {
    try self.init(
      folder.configuration, from: TensorArchive(files: try folder.weightFiles()),
      quantization: quantization, on: backend)
  }
}

extension AdapterConfiguration {
  package func write(_ weights: DecoderWeights, to path: String, from backend: any Backend) throws {
    let folder = try AtomicFolder(path)
    try AtomicFile.write(json.pretty, to: Path.join(folder.workPath, "adapter_config.json"))
    var tensors: [(name: String, tensor: Tensor)] = []
    for (index, layer) in weights.layers.enumerated() {
      for projection in Projection.allCases {
        guard let adapter = layer[projection].adapter else { continue }
        let names = AdapterParameterName(layer: index, projection)
        tensors += [(names.a, adapter.a), (names.b, adapter.b)]
      }
    }
    try TensorArchive.write(
      tensors, as: .float32, to: Path.join(folder.workPath, "adapter_model.safetensors"),
      from: backend)
    try folder.commit()
  }
}
