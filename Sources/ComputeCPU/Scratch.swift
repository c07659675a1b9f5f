internal import Glibc

/// Memory that operations reuse: it grows to the largest need and stays.
///
/// Not safe to share between threads: each worker has its own, and the backend has one for what its
/// workers share in an operation.
final class Scratch {
  /// What a piece of scratch is for; pieces of different use never overlap.
  enum Use: Int, CaseIterable {
    case weight, input, scores, scoreGradients, rows, partials, scales, logits, hidden
    case product, rounded, packed, adapter, keys, values, queries, outputs, exponentials, factors
  }

  private static let uses = Use.allCases.count
  private var pieces = [UnsafeMutableRawBufferPointer](
    repeating: .init(start: nil, count: 0), count: uses)
  /// How often memory had to be taken; constant once the largest shapes were seen.
  private(set) var growths = 0

  deinit {
    for piece in pieces { free(piece.baseAddress) }
  }

  /// Room for `count` floats, with whatever was left there.
  func floats(_ use: Use, _ count: Int) -> UnsafeMutablePointer<Float> {
    bytes(use, count * 4).assumingMemoryBound(to: Float.self)
  }

  /// Room for `count` 32-bit integers.
  func integers(_ use: Use, _ count: Int) -> UnsafeMutablePointer<Int32> {
    bytes(use, count * 4).assumingMemoryBound(to: Int32.self)
  }

  /// Room for `count` words of two bfloat16.
  func words(_ use: Use, _ count: Int) -> UnsafeMutablePointer<UInt32> {
    bytes(use, count * 4).assumingMemoryBound(to: UInt32.self)
  }

  /// Room for `count` doubles.
  func doubles(_ use: Use, _ count: Int) -> UnsafeMutablePointer<Double> {
    bytes(use, count * 8).assumingMemoryBound(to: Double.self)
  }

  /// Makes sure that each of `scratch` has as much of everything as any of them has.
  ///
  /// Which worker does a unit is left to chance, so one may meet a shape steps later than another.
  static func even(_ scratch: [Scratch]) {
    for use in 0..<uses {
      var largest = 0
      for one in scratch { largest = max(largest, one.pieces[use].count) }
      for one in scratch where largest > one.pieces[use].count { _ = one.bytes(use, largest) }
    }
  }

  private func bytes(_ use: Use, _ count: Int) -> UnsafeMutableRawPointer {
    bytes(use.rawValue, count)
  }

  private func bytes(_ use: Int, _ count: Int) -> UnsafeMutableRawPointer {
    let piece = pieces[use]
    if let base = piece.baseAddress, piece.count >= count { return base }
    free(piece.baseAddress)
    growths += 1
    var base: UnsafeMutableRawPointer?
    let rounded = max(4096, (count + 4095) / 4096 * 4096)
    guard posix_memalign(&base, 64, rounded) == 0, let base else {
      preconditionFailure("no memory for \(count) bytes of scratch")
    }
    pieces[use] = UnsafeMutableRawBufferPointer(start: base, count: rounded)
    return base
  }
}
