/// Memory of a device, known only to the backend that made it.
public protocol TensorStorage: AnyObject, Sendable {}

/// An opaque handle to elements that lie on a device, in row-major order.
///
/// Only the backend that made a tensor can look inside; everyone else moves whole buffers with
/// `Backend.upload` and `Backend.download`. A view shares its storage with the tensor it is of.
public struct Tensor: Sendable {
  /// The length of each dimension, outermost first.
  public let shape: Shape
  /// The type of the elements.
  public let type: DType
  /// The device's memory.
  public let storage: any TensorStorage
  /// Where the first element lies in the storage, counted in elements.
  public let offset: Int

  /// A handle; backends and views make these.
  public init(shape: Shape, type: DType, storage: any TensorStorage, offset: Int = 0) {
    self.shape = shape
    self.type = type
    self.storage = storage
    self.offset = offset
  }

  /// The number of elements.
  public var count: Int { shape.elementCount }

  /// The length of the outermost dimension.
  public var rows: Int { shape.rowCount }

  /// The first `rows` rows, as a view: a buffer planned for the longest batch serves all batches.
  public func prefix(_ rows: Int) -> Tensor { self.rows(0..<rows) }

  /// The rows in `range`, as a view.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows outside the tensor")
    return Tensor(
      shape: shape.with(rows: range.count), type: type, storage: storage,
      offset: offset + range.lowerBound * shape.rowElementCount)
  }

  /// The same elements under another shape, as a view.
  public func reshaped(_ shape: Shape) -> Tensor {
    precondition(shape.elementCount == count, "a view keeps the number of elements")
    return Tensor(shape: shape, type: type, storage: storage, offset: offset)
  }
}
