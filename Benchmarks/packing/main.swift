import Batching

/// Packs a million samples, of lengths such as rows of Kannada instructions have, and prints how long it
/// took and how much room is left over.
///
///     swift run -c release packing-benchmark [SAMPLES] [CAPACITY]
///
/// The bound is `docs/BATCHES.md`'s: a million in less than a second. The exit status is 1 if they take longer.
let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let count = numbers.first ?? 1_000_000
let capacity = numbers.count > 1 ? numbers[1] : 2_048

/// Lengths by a linear congruential generator (Knuth, MMIX): the squares of even numbers, so that most are short.
var state: UInt64 = 7
let lengths = (0..<count).map { _ -> Int32 in
  state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
  let part = Double(state >> 11) / Double(UInt64(1) << 53)
  return Int32(1 + part * part * Double(capacity - 1))
}

var best = Duration.seconds(3_600)
var packing: Packing?
for _ in 0..<3 {
  let used = try ContinuousClock().measure {
    packing = try Packing(lengths: lengths, capacity: capacity)
  }
  best = min(best, used)
}
let waste = (packing?.waste ?? 1) * 100
print(
  "\(count) samples, packs of \(capacity): \(best), \(packing?.count ?? 0) packs, \(waste) % of them empty"
)
if best > .seconds(1) * (Double(count) / 1_000_000) { throw PackingIsSlow() }

/// More than a second for a million samples.
struct PackingIsSlow: Error {}
