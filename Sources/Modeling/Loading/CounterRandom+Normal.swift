internal import Compute
internal import Foundation

extension CounterRandom {
  /// `count` independent numbers of the standard normal distribution: Box and Muller 1958.
  ///
  /// Two numbers take two 32-bit words, so four numbers take one counter.
  func normals(_ count: Int) -> [Double] {
    var numbers: [Double] = []
    numbers.reserveCapacity(count + 3)
    for counter in 0..<UInt64((count + 3) / 4) {
      let words = bits(counter)
      for (first, second) in [(words.0, words.1), (words.2, words.3)] {
        // The radius needs a number above 0, the angle one below 1.
        let radius = (-2 * log((Double(first) + 1) * 0x1p-32)).squareRoot()
        let angle = 2 * Double.pi * Double(second) * 0x1p-32
        numbers += [radius * cos(angle), radius * sin(angle)]
      }
    }
    return Array(numbers.prefix(count))
  }
}
