import Artifacts
import Compute
import ComputeCPU
import Fixtures
import Testing

@testable import Modeling

@Suite struct QuantizedModelWriterTests {
  private let folder = TemporaryFolder()
  private let backend: CPUBackend

  init() throws { backend = try CPUBackend(threads: 1) }

  /// A base with biases, whose matrices are no multiples of 64 elements.
  private func base(_ type: DType = .bfloat16, tied: Bool = true) throws -> ModelFolder {
    let path = folder.file("base-\(type.rawValue)-\(tied)")
    if !Path.exists(path) {
      var shape = SmallModel.configuration(tied: tied)
      shape.biasedProjections = Set(Projection.allCases)
      let weights = try DecoderWeights(
        shape, from: RandomWeights(seed: 7, standardDeviation: 0.2), on: backend)
      try ModelWriter.write(weights, as: type, to: path, from: backend)
    }
    return try ModelFolder(path)
  }

  private func logits(_ weights: DecoderWeights) throws -> [Float] {
    try DecoderModel(weights, for: .scoring, capacity: 16, positions: 16, on: backend)
      .logits(of: SmallModel.batch)
  }

  @Test(
    arguments: [
      StoredQuantization.nf4(doubleQuantization: true), .nf4(doubleQuantization: false), .int8,
    ],
    [DType.bfloat16, .float32])
  func whatIsWrittenIsWhatLoadingQuantizes(form: StoredQuantization, type: DType) throws {
    let base = try base(type, tied: type == .float32)
    var layers: [Int] = []
    let size = try QuantizedModelWriter(base, as: form, on: backend)
      .write(to: folder.file("out")) { layers.append($0) }
    #expect(layers == [1, 2])
    let written = try ModelFolder(folder.file("out"))
    #expect(written.configuration.storedQuantization == form)
    let file = try SafetensorsFile(folder.file("out/model.safetensors"))
    #expect(file.tensors.values.reduce(0) { $0 + $1.bytes.count } == size)
    let options =
      switch form {
      case .int8: QuantizationOptions.eightBit
      case .nf4(let isDouble): QuantizationOptions(doubleQuantization: isDouble)
      }
    let loaded = try DecoderWeights.load(model: written, on: backend)
    let quantized = try DecoderWeights.load(model: base, quantization: options, on: backend)
    #expect(try logits(loaded) == logits(quantized))
  }

  @Test func severalFilesHoldTheTensorsOfOne() throws {
    let base = try base()
    let form = StoredQuantization.nf4(doubleQuantization: true)
    try QuantizedModelWriter(base, as: form, on: backend).write(to: folder.file("one"))
    try QuantizedModelWriter(base, as: form, largestFile: 2_000, on: backend)
      .write(to: folder.file("many"))
    let (one, many) = (
      try ModelFolder(folder.file("one")), try ModelFolder(folder.file("many"))
    )
    #expect(try many.weightFiles().count > 3)
    let single = try SafetensorsFile(folder.file("one/model.safetensors"))
    var names: [String] = []
    for path in try many.weightFiles() {
      let file = try SafetensorsFile(path)
      for name in file.names {
        names.append(name)
        #expect(try file.entry(name).shape == single.entry(name).shape)
        let bytes = try file.withBytes(of: name) { Array($0) }
        #expect(try bytes == single.withBytes(of: name) { Array($0) }, "\(name)")
      }
    }
    #expect(names.sorted() == single.names.sorted())
    #expect(
      try logits(DecoderWeights.load(model: many, on: backend))
        == logits(DecoderWeights.load(model: one, on: backend)))
  }

  @Test func anOlderModelIsReplacedAndNothingElse() throws {
    let writer = try QuantizedModelWriter(
      try base(), as: .nf4(doubleQuantization: true), on: backend)
    let output = folder.file("out")
    try writer.write(to: output)
    try writer.write(to: output)
    try AtomicFile.write([0x41], to: Path.join(output, "logs/run.txt"))
    #expect {
      try writer.write(to: output)
    } throws: {
      "\($0)".contains("the output folder holds something else: `logs/run.txt`")
    }
    #expect(try ModelFolder(output).weightFiles().count == 1)
  }

  /// The state's length is known before the offset is: the header is written first.
  @Test func aStateIsAsLongForEveryOffset() throws {
    let offsets: [Float] = [0, 1, -1, 0.05362832, 1e-38, -1.1754944e-38, 3.4028235e38, .pi]
    let states = offsets.map { QuantizedTensors.nf4State([300, 70], .bfloat16, offset: $0) }
    #expect(Set(states.map(\.count)).count == 1)
    for (state, offset) in zip(states, offsets) {
      let json = try JSONValue(parsing: state)
      #expect(json["nested_offset"]?.double.map { Float($0) } == offset)
      #expect(json["shape"] == [300, 70] && json["blocksize"] == 64)
    }
    let plain = QuantizedTensors.nf4State([2, 3], .float32, offset: nil)
    #expect(
      String(decoding: plain, as: UTF8.self)
        == #"{"quant_type":"nf4","blocksize":64,"dtype":"float32","shape":[2,3]}"#)
  }

  @Test func noOtherFolderIsReplaced() throws {
    let base = try base()
    let writer = try QuantizedModelWriter(base, as: .int8, on: backend)
    #expect(throws: AksharaError.self) { try writer.write(to: base.path) }
    try AtomicFile.write("mine", to: folder.file("other/letter.txt"))
    #expect(throws: AksharaError.self) { try writer.write(to: folder.file("other")) }
    #expect(Path.exists(folder.file("other/letter.txt")))
    try writer.write(to: folder.file("again"))
    try writer.write(to: folder.file("again"))
    #expect(throws: AksharaError.self) {
      try QuantizedModelWriter(ModelFolder(folder.file("again")), as: .int8, on: backend)
    }
  }
}

extension AtomicFile {
  fileprivate static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }
}
