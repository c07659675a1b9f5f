import Artifacts
import Compute
import ComputeCPU
import Fixtures
import Foundation
import Testing

@testable import Modeling

@Suite struct ModelFolderTests {
  private func values(_ weights: DecoderWeights, on backend: any Backend) -> [String: [Float]] {
    let named = weights.namedTensors.map { ($0.name, $0.tensor.floats(from: backend)) }
    return Dictionary(uniqueKeysWithValues: named)
  }

  @Test(arguments: [true, false])
  func aModelThatWasWrittenIsReadBackRoundedToNearestEven(tied: Bool) throws {
    let backend = try CPUBackend(threads: 1)
    let folder = TemporaryFolder()
    let weights = try SmallModel.weights(tied: tied, on: backend)
    let path = folder.file("model")
    try ModelWriter.write(weights, as: .bfloat16, to: path, from: backend)
    let read = try DecoderWeights.load(model: ModelFolder(path), storage: .float32, on: backend)
    var configuration = weights.configuration
    configuration.storedType = .bfloat16
    #expect(read.configuration == configuration)
    let (before, after) = (values(weights, on: backend), values(read, on: backend))
    #expect(before.keys.sorted() == after.keys.sorted())
    for (name, tensor) in before {
      #expect(after[name] == tensor.map(Self.rounded), "\(name)")
    }
  }

  /// The nearest bfloat16; of two equally near ones the one with an even last bit.
  private static func rounded(_ value: Float) -> Float {
    let bits = value.bitPattern
    let half = bits & 0xFFFF
    var upper = bits >> 16
    if half > 0x8000 || (half == 0x8000 && upper & 1 == 1) { upper += 1 }
    return Float(bitPattern: upper << 16)
  }

  @Test func theSameWeightsGiveTheSameBytes() throws {
    let backend = try CPUBackend(threads: 1)
    let folder = TemporaryFolder()
    let weights = try SmallModel.weights(on: backend)
    let bytes = try ["a", "b"].map { name in
      try ModelWriter.write(weights, as: .bfloat16, to: folder.file(name), from: backend)
      return try Data(
        contentsOf: URL(fileURLWithPath: folder.file("\(name)/model.safetensors")))
    }
    #expect(bytes[0] == bytes[1])
  }

  /// A folder with the small model's tensors, after `change`, cut into two files with an index.
  private func writeShards(
    to path: String, _ change: (inout [(name: String, tensor: Tensor)]) -> Void = { _ in },
    index: JSONValue? = nil, on backend: any Backend
  ) throws {
    let weights = try SmallModel.weights(tied: false, on: backend)
    var tensors = weights.namedTensors
    change(&tensors)
    let files = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    let halves = [tensors.prefix(5), tensors.dropFirst(5)].map(Array.init)
    var map = JSONObject()
    for (file, half) in zip(files, halves) {
      try TensorFile.write(half, as: .float32, to: "\(path)/\(file)", from: backend)
      for (name, _) in half { map.append(name, .string(file)) }
    }
    try AtomicFile.write(weights.configuration.json.pretty, to: "\(path)/config.json")
    try AtomicFile.write(
      (index ?? ["weight_map": .object(map)]).pretty,
      to: "\(path)/model.safetensors.index.json")
  }

  @Test func aModelInSeveralFilesIsRead() throws {
    let backend = try CPUBackend(threads: 1)
    let folder = TemporaryFolder()
    try writeShards(to: folder.path, on: backend)
    let read = try DecoderWeights.load(
      model: ModelFolder(folder.path), storage: .float32, on: backend)
    let expected = try SmallModel.weights(tied: false, on: backend)
    #expect(values(read, on: backend) == values(expected, on: backend))
  }

  @Test func anIndexThatLeavesTheFolderIsRefused() throws {
    let backend = try CPUBackend(threads: 1)
    let folder = TemporaryFolder()
    try writeShards(
      to: folder.path, index: ["weight_map": ["model.norm.weight": "../secret.safetensors"]],
      on: backend)
    #expect(throws: AksharaError.self) { try ModelFolder(folder.path).weightFiles() }
  }

  private func message(
    on backend: any Backend, _ change: (inout [(name: String, tensor: Tensor)]) throws -> Void
  ) throws -> String {
    let folder = TemporaryFolder()
    let weights = try SmallModel.weights(tied: false, on: backend)
    var tensors = weights.namedTensors
    try change(&tensors)
    try TensorFile.write(
      tensors, as: .float32, to: folder.file("model.safetensors"), from: backend)
    try AtomicFile.write(weights.configuration.json.pretty, to: folder.file("config.json"))
    do {
      _ = try DecoderWeights.load(model: ModelFolder(folder.path), on: backend)
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func tensorsThatDoNotFitTheConfigurationAreRefusedByName() throws {
    let backend = try CPUBackend(threads: 1)
    #expect(try message(on: backend) { _ in } == "no error")
    #expect(
      try message(on: backend) { $0.removeAll { $0.name == "model.norm.weight" } }
        .contains("there is no tensor `model.norm.weight`"))
    #expect(
      try message(on: backend) { tensors in
        let last = tensors.count - 2
        tensors[last].tensor = try backend.makeTensor([13], .float32)
      }.contains("the shape [13], not [12]"))
    #expect(
      try message(on: backend) {
        $0.append(
          ("model.layers.2.mlp.up_proj.weight", try backend.makeTensor([20, 12], .float32)))
      }.contains("`model.layers.2.mlp.up_proj.weight` that the configuration has no place for"))
  }

  @Test func aFolderWithoutWhatIsNeededIsNamed() throws {
    let folder = TemporaryFolder()
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return "no error"
    }
    #expect(message { _ = try ModelFolder(folder.path) }.contains("there is no config.json"))
    try AtomicFile.write(
      SmallModel.configuration().json.pretty, to: folder.file("config.json"))
    #expect(
      message { _ = try ModelFolder(folder.path).weightFiles() }
        .contains("there is no model.safetensors"))
    try AtomicFile.write(Array("{".utf8), to: folder.file("config.json"))
    #expect(message { _ = try ModelFolder(folder.path) }.contains("config.json: not valid JSON"))
  }
}

@Suite struct RandomWeightsTests {
  @Test func matricesAreNormalAndNormsAreOne() throws {
    let backend = try CPUBackend(threads: 1)
    let source = RandomWeights(seed: 3, standardDeviation: 0.02)
    let matrix = try backend.makeTensor([200, 100], .float32)
    try source.fill(matrix, named: "m", on: backend)
    let values = matrix.floats(from: backend).map(Double.init)
    let mean = values.reduce(0, +) / 20_000
    let deviation = (values.reduce(0) { $0 + $1 * $1 } / 20_000 - mean * mean).squareRoot()
    // Standard errors: 0.02 / √20,000 and 0.02 / √40,000; four of each.
    #expect(abs(mean) < 6e-4)
    #expect(abs(deviation - 0.02) < 4e-4)
    // A normal number lies within one deviation with probability 0.6827.
    #expect(abs(Double(values.count { abs($0) < 0.02 }) / 20_000 - 0.6827) < 0.014)
    let norm = try backend.makeTensor([5], .float32)
    try source.fill(norm, named: "n", on: backend)
    #expect(norm.floats(from: backend) == [1, 1, 1, 1, 1])
  }

  @Test func aTensorDependsOnTheSeedAndItsNameAlone() throws {
    let backend = try CPUBackend(threads: 1)
    func values(_ seed: UInt64, _ name: String, _ shape: [Int]) throws -> [Float] {
      let tensor = try backend.makeTensor(shape, .float32)
      try RandomWeights(seed: seed, standardDeviation: 1).fill(tensor, named: name, on: backend)
      return tensor.floats(from: backend)
    }
    #expect(try values(1, "a", [4, 4]) == values(1, "a", [4, 4]))
    #expect(try values(1, "a", [4, 4]) == Array(values(1, "a", [8, 4])[..<16]))
    #expect(try values(1, "a", [4, 4]) != values(1, "b", [4, 4]))
    #expect(try values(1, "a", [4, 4]) != values(2, "a", [4, 4]))
  }
}
