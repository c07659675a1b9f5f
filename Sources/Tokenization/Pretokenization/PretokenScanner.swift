/// Cuts text into pretokens, a window of them at a time.
///
/// ```swift
/// var scanner = PretokenScanner(bytes, pretokenizer)
/// var start = 0
/// while case let count = scanner.next(ends), count > 0 {
///   for end in ends[..<count] { … ; start = Int(end & ~PretokenScanner.removed) }
/// }
/// ```
///
/// Pretokens follow one another without gaps; the first begins at 0. Text that belongs to no
/// pretoken (`SplitBehavior.removed`) is a piece whose end has the bit `removed` set; a named
/// pattern has none of these. `ReferenceScanner` is the slow twin.
public struct PretokenScanner {
  /// The bit of an end that says: the piece is no pretoken.
  public static let removed: UInt32 = 1 << 31

  private var reference: ReferenceScanner

  /// A scanner at the beginning of `bytes`.
  ///
  /// - Parameter bytes: at most 2 GiB − 1, valid while the scanner is used. A byte that is part of
  ///   no well-formed UTF-8 sequence counts as a symbol.
  public init(_ bytes: UnsafeBufferPointer<UInt8>, _ pretokenizer: Pretokenizer) {
    reference = ReferenceScanner(bytes, pattern: pretokenizer.pattern ?? .llama3)
  }

  /// Writes the offsets behind the next pretokens to `ends`, which has room for at least one.
  ///
  /// - Returns: how many it wrote; 0 only at the end of the text.
  public mutating func next(_ ends: UnsafeMutableBufferPointer<UInt32>) -> Int {
    var count = 0
    while count < ends.count, let piece = reference.next() {
      ends[count] = UInt32(piece.upperBound)
      count += 1
    }
    return count
  }

  /// Calls `body` with the end of each piece, and whether it is a pretoken.
  public consuming func forEach(_ body: (_ end: Int, _ isPretoken: Bool) throws -> Void) rethrows {
    var scanner = self
    try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.window) { ends in
      while case let count = scanner.next(ends), count > 0 {
        for end in ends[..<count] {
          try body(Int(end & ~Self.removed), end & Self.removed == 0)
        }
      }
    }
  }

  /// A number of pretokens that fits into the nearest cache.
  private static let window = 1024
}
