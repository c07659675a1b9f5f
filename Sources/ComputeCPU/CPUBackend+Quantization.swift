internal import CTensorKernels
import Compute

extension CPUBackend {
  /// Elements that one unit of quantization does: whole blocks, and whole bytes of codes.
  private static let quantizedAtOnce = NF4Weight.blockSize * 256

  /// Quantizes a float32 matrix as bitsandbytes' CPU path does, bit for bit; see `Backend`.
  public func quantizeNF4(_ weight: Tensor, doubleQuantization: Bool) throws -> NF4Weight {
    let count = weight.count
    let blocks = (count + NF4Weight.blockSize - 1) / NF4Weight.blockSize
    let packed = try makeTensor([(count + 1) / 2], .uint8)
    let scales = try makeTensor([blocks], .float32)
    let (values, codes, maxima) = (weight.floats, packed.octets, scales.floats)
    forRanges(count, of: Self.quantizedAtOnce) { range, _ in
      NF4Quantizer.quantize(values, range, packed: codes, absmax: maxima)
    }
    guard doubleQuantization else {
      return NF4Weight(shape: weight.shape, packed: packed, absmax: scales, nested: nil)
    }
    let (absmax, nested) = try quantizeScales(scales)
    return NF4Weight(shape: weight.shape, packed: packed, absmax: absmax, nested: nested)
  }

  /// The second quantization: the scales less their mean, in blocks of 256, in the dynamic code.
  private func quantizeScales(_ scales: Tensor) throws -> (Tensor, NF4Weight.Nested) {
    let count = scales.count
    let size = NF4Weight.nestedBlockSize
    let nested = NF4Weight.Nested(
      code: try makeTensor([DynamicCode.values.count], .float32),
      absmax: try makeTensor([(count + size - 1) / size], .float32),
      offset: try makeTensor([1], .float32))
    let codes = try makeTensor([count], .uint8)
    DynamicCode.values.withUnsafeBytes { upload($0, to: nested.code) }
    let values = UnsafeBufferPointer(start: scales.floats, count: count)
    let offset = TorchSum.mean(values)
    nested.offset.floats.pointee = offset
    let (source, output, maxima) = (scales.floats, codes.octets, nested.absmax.floats)
    forRanges(count, of: size) { range, _ in
      maxima[range.lowerBound / size] = DynamicCode.quantize(
        source, less: offset, range, to: output)
    }
    return (codes, nested)
  }

  /// Writes the float32 values that a quantized matrix stands for.
  public func dequantize(_ weight: NF4Weight, to destination: Tensor) {
    let output = destination.floats
    forRanges(destination.count, of: Self.quantizedAtOnce) { range, scratch in
      expand(
        .nf4(weight), from: range.lowerBound, count: range.count, to: output + range.lowerBound,
        scratch)
    }
  }
}
