internal import CTensorKernels
import Compute

extension CPUBackend {
  /// Elements of an elementwise operation that one unit of work does.
  static let elementsPerUnit = 1 << 14

  /// A tensor of zeros.
  public func makeTensor(_ shape: Shape, _ type: DType) throws -> Tensor {
    let storage = try CPUStorage(byteCount: shape.elementCount * type.size)
    return Tensor(shape: shape, type: type, storage: storage)
  }

  /// Copies host bytes into the tensor.
  public func upload(_ bytes: UnsafeRawBufferPointer, to tensor: Tensor) {
    precondition(bytes.count == tensor.byteCount, "the bytes are not the tensor's size")
    guard let source = bytes.baseAddress else { return }
    tensor.bytes.copyMemory(from: source, byteCount: bytes.count)
  }

  /// Copies the tensor's elements out.
  public func download(_ tensor: Tensor, to bytes: UnsafeMutableRawBufferPointer) {
    precondition(bytes.count == tensor.byteCount, "the bytes are not the tensor's size")
    bytes.baseAddress?.copyMemory(from: tensor.bytes, byteCount: bytes.count)
  }

  /// Sets all elements to zero.
  public func zero(_ tensor: Tensor) {
    let (bytes, size) = (tensor.bytes, tensor.type.size)
    forRanges(tensor.count, of: Self.elementsPerUnit) { range, _ in
      (bytes + range.lowerBound * size).initializeMemory(
        as: UInt8.self, repeating: 0, count: range.count * size)
    }
  }

  /// Copies elements, with conversion among the float types.
  public func copy(_ source: Tensor, to destination: Tensor) {
    precondition(source.count == destination.count, "a copy needs as many elements")
    let convert = conversion(from: source.type, to: destination.type)
    let (from, to) = (source.bytes, destination.bytes)
    let (fromSize, toSize) = (source.type.size, destination.type.size)
    forRanges(source.count, of: Self.elementsPerUnit) { range, scratch in
      convert(
        from + range.lowerBound * fromSize, to + range.lowerBound * toSize, range.count, scratch)
    }
  }

  /// `destination += source`.
  public func add(_ source: Tensor, to destination: Tensor) {
    precondition(source.count == destination.count, "a sum needs as many elements")
    let (x, y, kernels) = (source.floats, destination.floats, kernels)
    forRanges(source.count, of: Self.elementsPerUnit) { range, _ in
      kernels.add(x + range.lowerBound, y + range.lowerBound, Int64(range.count))
    }
  }

  private typealias Conversion = (
    _ from: UnsafeMutableRawPointer, _ to: UnsafeMutableRawPointer, _ count: Int, _ scratch: Scratch
  ) -> Void

  private func conversion(from source: DType, to destination: DType) -> Conversion {
    let kernels = kernels
    if source == destination {
      let size = source.size
      return { from, to, count, _ in to.copyMemory(from: from, byteCount: count * size) }
    }
    return { from, to, count, scratch in
      let middle =
        destination == .float32
        ? to.assumingMemoryBound(to: Float.self)
        : source == .float32
          ? from.assumingMemoryBound(to: Float.self) : scratch.floats(.rows, count)
      if source != .float32 { kernels.widen(from, source, to: middle, count: count) }
      if destination != .float32 { kernels.narrow(middle, to: to, destination, count: count) }
    }
  }
}

extension ctensor_kernels {
  /// Converts 16-bit floats to float32.
  func widen(
    _ from: UnsafeMutableRawPointer, _ type: DType, to: UnsafeMutablePointer<Float>, count: Int
  ) {
    let halves = from.assumingMemoryBound(to: UInt16.self)
    switch type {
    case .bfloat16: bfloat16_to_float(halves, to, Int64(count))
    case .float16: float16_to_float(halves, to, Int64(count))
    default: preconditionFailure("\(type) is not converted to float32")
    }
  }

  /// Converts float32 to 16-bit floats.
  func narrow(
    _ from: UnsafeMutablePointer<Float>, to: UnsafeMutableRawPointer, _ type: DType, count: Int
  ) {
    let halves = to.assumingMemoryBound(to: UInt16.self)
    switch type {
    case .bfloat16: float_to_bfloat16(from, halves, Int64(count))
    case .float16: float_to_float16(from, halves, Int64(count))
    default: preconditionFailure("float32 is not converted to \(type)")
    }
  }
}
