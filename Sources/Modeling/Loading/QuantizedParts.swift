internal import Artifacts
internal import Foundation

/// Collects tensors into safetensors files of a folder, with the index that names them.
///
///     one file:       model.safetensors
///     several:        model-00001-of-00003.safetensors …, model.safetensors.index.json
struct QuantizedParts {
  /// One tensor.
  struct Part {
    let name: String
    let type: SafetensorsType
    let shape: [Int]
    /// Bytes that are held until they are written.
    let held: Int
    let write: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

    /// A tensor whose bytes are asked for when they are written.
    init(
      name: String, type: SafetensorsType, shape: [Int], held: Int,
      write: @escaping ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) {
      self.name = name
      self.type = type
      self.shape = shape
      self.held = held
      self.write = write
    }

    /// A tensor whose bytes are there.
    init(name: String, type: SafetensorsType, shape: [Int], bytes: [UInt8]) {
      self.init(name: name, type: type, shape: shape, held: bytes.count) { emit in
        try bytes.withUnsafeBytes { try emit($0) }
      }
    }
  }

  private let folder: String
  private var waiting: [Part] = []
  /// The names of each file's tensors; files carry numbers until all are written.
  private var files: [[String]] = []
  /// Bytes that wait to be written and are held in memory.
  private(set) var heldBytes = 0
  /// The bytes of all tensors.
  private(set) var totalBytes = 0

  init(folder: String) { self.folder = folder }

  mutating func add(_ part: Part) throws { try add([part]) }

  /// Adds tensors that belong into one file.
  mutating func add(_ parts: [Part]) throws {
    waiting += parts
    for part in parts {
      heldBytes += part.held
      totalBytes += part.shape.reduce(part.type.size, *)
    }
  }

  /// Writes what waits into a file.
  mutating func flush() throws {
    guard !waiting.isEmpty else { return }
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for part in waiting { try writer.add(part.name, part.type, part.shape, bytes: part.write) }
    try writer.write(to: Path.join(folder, Self.temporaryName(files.count)))
    files.append(waiting.map(\.name))
    waiting = []
    heldBytes = 0
  }

  /// Writes the last file, gives all their names, and writes the index.
  mutating func finish() throws {
    try flush()
    guard files.count > 1 else {
      return try name(0, "model.safetensors")
    }
    var map: [(String, JSONValue)] = []
    for (number, tensors) in files.enumerated() {
      let name = "model-\(Self.digits(number + 1))-of-\(Self.digits(files.count)).safetensors"
      try self.name(number, name)
      map += tensors.map { ($0, .string(name)) }
    }
    let index: JSONValue = [
      "metadata": ["total_size": JSONValue(totalBytes)],
      "weight_map": .object(
        JSONObject(map.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) })),
    ]
    try AtomicFile.write(
      index.pretty, to: Path.join(folder, "model.safetensors.index.json"))
  }

  private func name(_ number: Int, _ name: String) throws {
    let (old, new) = (Path.join(folder, Self.temporaryName(number)), Path.join(folder, name))
    guard rename(old, new) == 0 else {
      throw AksharaError(
        .unwritable, "cannot name the file: \(String(cString: strerror(errno)))",
        at: SourceLocation(file: new))
    }
  }

  private static func temporaryName(_ number: Int) -> String { "part-\(digits(number))" }

  private static func digits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 5 - text.count)) + text
  }
}
