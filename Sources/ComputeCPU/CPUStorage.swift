internal import CTensorKernels
import Compute
internal import Glibc

/// Host memory that tensors of the CPU backend lie in, aligned to a cache line.
final class CPUStorage: TensorStorage, @unchecked Sendable {
  /// Where the memory begins.
  let base: UnsafeMutableRawPointer
  /// How many bytes it holds.
  let byteCount: Int

  static let alignment = 64

  /// Takes `byteCount` zeroed bytes.
  ///
  /// - Throws: when there is no room.
  init(byteCount: Int) throws {
    var pointer: UnsafeMutableRawPointer?
    let rounded = max(1, (byteCount + Self.alignment - 1) / Self.alignment) * Self.alignment
    guard posix_memalign(&pointer, Self.alignment, rounded) == 0, let pointer else {
      throw ComputeError(
        "no memory for a tensor of \(byteCount) bytes",
        remedy: "take a smaller batch or a shorter maximum length")
    }
    memset(pointer, 0, rounded)
    base = pointer
    self.byteCount = byteCount
  }

  deinit { free(base) }
}

extension Tensor {
  /// The first element; the tensor must have been made by a CPU backend.
  var bytes: UnsafeMutableRawPointer {
    guard let storage = storage as? CPUStorage else {
      preconditionFailure("a tensor of another backend was given to the CPU")
    }
    return storage.base + offset * type.size
  }

  /// The bytes its elements take.
  var byteCount: Int { count * type.size }

  /// The elements as float32.
  var floats: UnsafeMutablePointer<Float> { pointer(.float32, Float.self) }
  /// The elements as int32.
  var integers: UnsafeMutablePointer<Int32> { pointer(.int32, Int32.self) }
  /// The elements as bytes.
  var octets: UnsafeMutablePointer<UInt8> { pointer(.uint8, UInt8.self) }
  /// The elements as signed bytes.
  var signedOctets: UnsafeMutablePointer<Int8> { pointer(.int8, Int8.self) }
  /// The elements of a 16-bit float type.
  var halves: UnsafeMutablePointer<UInt16> {
    precondition(type.size == 2, "a \(type) tensor was given where 16-bit floats are needed")
    return bytes.assumingMemoryBound(to: UInt16.self)
  }

  private func pointer<Element>(_ wanted: DType, _: Element.Type) -> UnsafeMutablePointer<Element> {
    precondition(type == wanted, "a \(type) tensor was given where \(wanted) is needed")
    return bytes.assumingMemoryBound(to: Element.self)
  }

  /// Elements a row: everything but the outermost dimension.
  var width: Int { shape.rowElementCount }

  /// Stops the program where a tensor has not the number of elements that an operation needs.
  func expectCount(_ wanted: Int, _ what: StaticString) {
    precondition(count == wanted, "\(what) has \(count) elements instead of \(wanted)")
  }

  /// The tensor as a matrix of `rows` rows.
  var matrix: Matrix { Matrix(floats, stride: width) }
}
