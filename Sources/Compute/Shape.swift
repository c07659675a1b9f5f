/// The lengths of a tensor's dimensions, outermost first.
///
/// They lie in the value itself, so that a view of a tensor is made without taking memory: a training
/// step makes some hundred of them.
///
///     let shape: Shape = [8, 512, 64]
///     shape.count             // 3 dimensions
///     shape.elementCount      // 262,144
public struct Shape: RandomAccessCollection, Hashable, Sendable {
  /// The most dimensions a tensor of a model has.
  public static let mostDimensions = 4

  /// How many dimensions.
  public let count: Int
  /// Their lengths; 1 behind the last, so that their product is the number of elements.
  private let lengths: SIMD4<Int>

  /// One dimension.
  public init(_ length: Int) {
    (count, lengths) = (1, SIMD4(length, 1, 1, 1))
  }

  /// Two dimensions.
  public init(_ outer: Int, _ inner: Int) {
    (count, lengths) = (2, SIMD4(outer, inner, 1, 1))
  }

  /// Three dimensions.
  public init(_ outer: Int, _ middle: Int, _ inner: Int) {
    (count, lengths) = (3, SIMD4(outer, middle, inner, 1))
  }

  /// As many dimensions as there are lengths; `nil` if these are more than `mostDimensions`.
  public init?(_ lengths: some Collection<Int>) {
    guard lengths.count <= Self.mostDimensions else { return nil }
    var filled = SIMD4<Int>(repeating: 1)
    for (index, length) in lengths.enumerated() { filled[index] = length }
    (count, self.lengths) = (lengths.count, filled)
  }

  private init(count: Int, lengths: SIMD4<Int>) {
    (self.count, self.lengths) = (count, lengths)
  }

  /// The first dimension.
  public var startIndex: Int { 0 }
  /// One behind the last dimension.
  public var endIndex: Int { count }
  /// The length of a dimension.
  public subscript(dimension: Int) -> Int {
    precondition(dimension >= 0 && dimension < count, "a dimension that the shape has not")
    return lengths[dimension]
  }

  /// The product of all lengths; 1 without dimensions.
  public var elementCount: Int { lengths[0] * lengths[1] * lengths[2] * lengths[3] }
  /// The outermost length; 1 without dimensions.
  public var rowCount: Int { lengths[0] }
  /// The product of all lengths but the outermost; 1 without dimensions.
  public var rowElementCount: Int { lengths[1] * lengths[2] * lengths[3] }

  /// The same shape with `rows` in place of the outermost length; without dimensions, `[rows]`.
  func with(rows: Int) -> Shape {
    var changed = lengths
    changed[0] = rows
    return Shape(count: Swift.max(1, count), lengths: changed)
  }
}

extension Shape: ExpressibleByArrayLiteral {
  /// A shape as it is written in code: at most `mostDimensions` lengths.
  public init(arrayLiteral lengths: Int...) {
    guard let shape = Shape(lengths) else {
      preconditionFailure("a shape has at most \(Self.mostDimensions) dimensions")
    }
    self = shape
  }
}

extension Shape: CustomStringConvertible {
  /// `[8, 512]`.
  public var description: String { Array(self).description }
}
