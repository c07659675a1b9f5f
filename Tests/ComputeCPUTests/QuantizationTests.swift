import Compute
import Fixtures
import Testing

@testable import ComputeCPU

/// NF4 against bitsandbytes, bit for bit.
@Suite struct QuantizationTests {
  private let fixture: BackendFixture

  init() throws { fixture = try BackendFixture() }

  private func bytes(_ tensor: Tensor) -> [UInt8] {
    Array(UnsafeBufferPointer(start: tensor.octets, count: tensor.count))
  }

  private func quantize(_ values: [Float], _ shape: [Int], double: Bool) throws -> NF4Weight {
    try fixture.backend.quantizeNF4(
      fixture.tensor(values, shape), doubleQuantization: double)
  }

  private func values(_ weight: NF4Weight) throws -> [Float] {
    let output = try fixture.backend.makeTensor(weight.shape, .float32)
    fixture.backend.dequantize(weight, to: output)
    return fixture.values(output)
  }

  @Test(arguments: ["special", "borders", "odd", "partial", "nested"])
  func equalsBitsandbytes(name: String) throws {
    let file = try FixtureFile(committed: "nf4.safetensors")
    let (weight, shape) = (try file.floats("\(name).weight"), try file.shape("\(name).weight"))
    let single = try quantize(weight, shape, double: false)
    #expect(bytes(single.packed) == (try file.bytes("\(name).single.packed")))
    #expect(fixture.values(single.absmax) == (try file.floats("\(name).single.absmax")))
    let twice = try quantize(weight, shape, double: true)
    let nested = try #require(twice.nested)
    #expect(bytes(twice.packed) == (try file.bytes("\(name).packed")))
    #expect(bytes(twice.absmax) == (try file.bytes("\(name).absmax")))
    #expect(fixture.values(nested.absmax) == (try file.floats("\(name).nested_absmax")))
    #expect(fixture.values(nested.code) == (try file.floats("\(name).nested_code")))
    #expect(fixture.values(nested.offset) == (try file.floats("\(name).offset")))
    #expect(try values(twice) == (try file.floats("\(name).values")))
  }

  @Test func meanIsAddedInTheOrderOfTorch() throws {
    let file = try FixtureFile(committed: "nf4.safetensors")
    let counts = try file.integers("mean.counts").map(Int.init)
    let numbers = (0..<(counts.max() ?? 0)).map {
      Float(UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) >> 8) * 0x1p-24
    }
    let means = counts.map { count in numbers[..<count].withUnsafeBufferPointer(TorchSum.mean) }
    #expect(means == (try file.floats("mean.values")))
  }

  /// Numbers and torch's means of them, as bits: in any other order of the sum a last bit differs.
  @Test(
    arguments: [
      ([1_028_622_944, 1_052_167_692, 1_020_094_688, 1_061_451_367, 1_046_039_764], 1_049_666_003),
      (
        [
          1_020_466_752, 1_050_719_086, 1_062_163_471, 1_064_452_628, 1_019_452_448, 1_049_222_680,
        ], 1_053_547_560
      ),
      (
        [
          1_060_563_431, 1_064_033_285, 1_060_264_019, 1_039_869_712, 1_046_844_708, 1_057_337_772,
          1_060_406_682,
        ], 1_057_939_445
      ),
    ] as [([UInt32], UInt32)])
  func fewerValuesThanAVectorAreAddedOneByOne(bits: [UInt32], mean: UInt32) {
    let found = bits.map { Float(bitPattern: $0) }.withUnsafeBufferPointer(TorchSum.mean)
    #expect(found.bitPattern == mean)
  }

  @Test func codesAreTheNearestValues() {
    #expect(NF4Code.values.map(NF4Code.code) == (0..<16).map { UInt8($0) })
    #expect(NF4Code.borders.map(NF4Code.code) == (0..<15).map { UInt8($0) })
    #expect(NF4Code.borders.map { NF4Code.code(of: $0.nextUp) } == (1..<16).map { UInt8($0) })
    #expect(DynamicCode.values.count == 256)
    #expect(DynamicCode.values == DynamicCode.values.sorted())
    #expect(DynamicCode.values.first == -0.99296874)
    #expect(DynamicCode.values.last == 1)
  }

  @Test(arguments: ["f32", "bf16"]) func equalsTheSharedFixture(type: String) throws {
    guard let file = try FixtureFile(shared: "fixtures/quant_cpu.safetensors") else { return }
    let (weight, shape) = (try file.floats("weight_\(type)"), try file.shape("weight_\(type)"))
    let single = try quantize(weight, shape, double: false)
    #expect(bytes(single.packed) == (try file.bytes("nf4_single_\(type).packed")))
    #expect(fixture.values(single.absmax) == (try file.floats("nf4_single_\(type).absmax")))
    let twice = try quantize(weight, shape, double: true)
    let nested = try #require(twice.nested)
    let name = "nf4_double_\(type)"
    #expect(bytes(twice.packed) == (try file.bytes("\(name).packed")))
    #expect(bytes(twice.absmax) == (try file.bytes("\(name).absmax")))
    #expect(fixture.values(nested.absmax) == (try file.floats("\(name).nested_absmax")))
    #expect(fixture.values(nested.code) == (try file.floats("\(name).nested_code")))
    #expect(fixture.values(nested.offset) == (try file.floats("\(name).offset")))
    let output = try fixture.backend.makeTensor(shape, type == "bf16" ? .bfloat16 : .float32)
    fixture.backend.copy(try fixture.tensor(values(twice), shape), to: output)
    let expected = try file.floats("\(name).dequant")
    let found =
      type == "f32"
      ? fixture.values(output)
      : UnsafeBufferPointer(start: output.halves, count: output.count).map {
        Float(bitPattern: UInt32($0) << 16)
      }
    #expect(found == expected)
  }

  @Test func dynamicCodeEqualsTheSharedFixture() throws {
    guard let file = try FixtureFile(shared: "fixtures/quant_cpu.safetensors") else { return }
    #expect(DynamicCode.values == (try file.floats("dyn8.map_signed")))
    let x = try file.floats("dyn8.x")
    var (codes, scales) = ([UInt8](repeating: 0, count: x.count), [Float]())
    for start in stride(from: 0, to: x.count, by: 256) {
      let range = start..<min(x.count, start + 256)
      scales.append(DynamicCode.quantize(x, less: 0, range, to: &codes))
    }
    #expect(codes == (try file.bytes("dyn8.q")))
    #expect(scales == (try file.floats("dyn8.absmax")))
  }
}
