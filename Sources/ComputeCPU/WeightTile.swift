internal import CTensorKernels
import Compute

extension LinearWeight {
  /// Whether products can read the weight where it lies, without a copy in scratch.
  var isPlain: Bool {
    if case .dense(let tensor) = self { tensor.type == .float32 } else { false }
  }
}

extension CPUBackend {
  /// Rows and columns of a weight as float32: a view where the weight is float32 itself, else a copy
  /// in the worker's scratch, good until its next tile.
  func tile(
    of weight: LinearWeight, rows: Range<Int>, columns: Range<Int>, _ scratch: Scratch
  ) -> Matrix {
    if case .dense(let tensor) = weight, tensor.type == .float32 {
      return tensor.matrix.from(row: rows.lowerBound, column: columns.lowerBound)
    }
    let copy = Matrix(scratch.floats(.weight, rows.count * columns.count), stride: columns.count)
    let width = weight.inputCount
    // Whole rows lie end to end; parts of rows are copied one by one.
    let pieces = columns.count == width ? 1 : rows.count
    let length = rows.count * columns.count / pieces
    for piece in 0..<pieces {
      let start = (rows.lowerBound + piece) * width + columns.lowerBound
      expand(weight, from: start, count: length, to: copy.pointer + piece * length, scratch)
    }
    return copy
  }

  /// Elements `start ..< start + count` of a weight, counted row-major, as float32.
  func expand(
    _ weight: LinearWeight, from start: Int, count: Int, to output: UnsafeMutablePointer<Float>,
    _ scratch: Scratch
  ) {
    switch weight {
    case .dense(let tensor):
      let source = tensor.bytes + start * tensor.type.size
      if tensor.type == .float32 {
        output.update(from: source.assumingMemoryBound(to: Float.self), count: count)
      } else {
        kernels.widen(source, tensor.type, to: output, count: count)
      }
    case .int8(let weight): Int8Row.expand(weight, from: start, count: count, to: output)
    case .nf4(let weight):
      let first = start / NF4Weight.blockSize
      let blocks = (start + count - 1) / NF4Weight.blockSize - first + 1
      let scales = self.scales(of: weight, first: first, count: blocks, scratch)
      NF4Code.values.withUnsafeBufferPointer { code in
        guard let code = code.baseAddress else { return }
        kernels.dequantize_nf4(
          weight.packed.octets, code, scales, Int64(start), output, Int64(count))
      }
    }
  }

  /// The float32 scales of blocks `first ..< first + count`.
  private func scales(
    of weight: NF4Weight, first: Int, count: Int, _ scratch: Scratch
  ) -> UnsafePointer<Float> {
    guard let nested = weight.nested else { return UnsafePointer(weight.absmax.floats + first) }
    let scales = scratch.floats(.scales, count)
    kernels.dequantize_scales(
      weight.absmax.octets, nested.code.floats, nested.absmax.floats, nested.offset.floats.pointee,
      Int64(first), scales, Int64(count))
    return UnsafePointer(scales)
  }
}
