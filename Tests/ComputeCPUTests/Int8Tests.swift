import Compute
import Testing

@testable import ComputeCPU

@Suite struct Int8Tests {
  /// Made with `int8_vectorwise_quant` and `int8_vectorwise_dequant` of bitsandbytes 0.50.2 from
  /// `[[0.5, -1, 0.2503, 0.0039], [0, 0, 0, 0], [1e-4, 3e-4, -2e-4, 7.5e-5]]`.
  @Test func codesAndScalesAreThoseOfBitsandbytes() throws {
    let f = try BackendFixture()
    let values: [Float] = [0.5, -1, 0.2503, 0.0039, 0, 0, 0, 0, 1e-4, 3e-4, -2e-4, 7.5e-5]
    let weight = try f.zeros([3, 4])
    values.withUnsafeBytes { f.backend.upload($0, to: weight) }
    let quantized = try f.backend.quantizeInt8(weight)
    let codes = (0..<12).map { quantized.codes.signedOctets[$0] }
    #expect(codes == [64, -127, 32, 0, 0, 0, 0, 0, 42, 127, -85, 32])
    #expect(f.values(quantized.scales) == [1, 0, 0.0002999305725097656])
    let back = try f.zeros([3, 4])
    f.backend.dequantize(quantized, to: back)
    #expect(f.values(back)[0] == 64 * Int8Weight.unit)
    #expect(f.values(back)[4...7].allSatisfy { $0 == 0 })
  }

  /// A layer over bytes is the layer over what they stand for, to the last bit of its input: rows are
  /// expanded before the product, so only the library's order of sums can differ.
  @Test func aLayerComputesWithWhatTheCodesStandFor() throws {
    var f = try BackendFixture()
    let weight = try f.random([70, 33])
    let quantized = try f.backend.quantizeInt8(weight)
    let dense = try f.zeros([70, 33])
    f.backend.dequantize(quantized, to: dense)
    let x = try f.random([5, 33])
    let (a, b) = (try f.zeros([5, 70]), try f.zeros([5, 70]))
    for (layer, output) in [(LinearWeight.int8(quantized), a), (.dense(dense), b)] {
      f.backend.linear(
        LinearLayer(weight: layer), input: x, output: output, adapterInput: nil, dropout: nil)
    }
    for (left, right) in zip(f.values(a), f.values(b)) { #expect(abs(left - right) < 1e-5) }
    // A half step of the code of the row's largest value, and float16's rounding.
    for (row, (kept, lost)) in zip(f.values(weight), f.values(dense)).enumerated().map({
      ($0.offset / 33, $0.element)
    }) {
      let scale = f.values(quantized.scales)[row]
      #expect(abs(kept - lost) <= scale * (0.5 / 127 + 0.0006))
    }
  }
}
