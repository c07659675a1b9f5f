internal import Artifacts

/// Finds a step whose loss leaps out of those before it.
///
/// With `m` the median of the latest 32 losses and `d` the median of their distances from it, a loss
/// is a spike above
///
///     m + threshold · max(1.4826 d, 0.05 m)
///
/// 1.4826 d estimates the standard deviation of normal noise (Rousseeuw and Croux 1993); medians, so
/// that one spike does not hide the next. Losses that hardly vary count as varying by a twentieth. At
/// least 8 losses must be known.
struct LossGuard: Sendable {
  /// A step that leapt.
  struct Spike: Sendable, Equatable {
    var loss: Double
    var median: Double
  }

  private static let window = 32
  private static let leastCount = 8

  /// `loss_spike_threshold`; 0: nothing is a spike.
  let threshold: Double

  /// Whether `loss` is a spike after `recent`, which it joins.
  func judge(_ loss: Double, after recent: inout [Double]) -> Spike? {
    defer { recent = Array((recent + [loss]).suffix(Self.window)) }
    guard threshold > 0, recent.count >= Self.leastCount else { return nil }
    let median = Self.median(recent)
    let spread = 1.4826 * Self.median(recent.map { abs($0 - median) })
    guard loss > median + threshold * max(spread, 0.05 * median) else { return nil }
    return Spike(loss: loss, median: median)
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}

/// Rows of a step, named so that a person finds them.
struct NamedRows: Sendable, Equatable {
  /// Every row, in the order of the step: the conversation's ID, then where it lies.
  let places: [(id: String, place: String)]

  private static let mostShown = 16

  init(_ batches: [SourceBatch], in source: any BatchSource) {
    places = batches.flatMap(\.rows).map {
      (source.name(ofTrainingRow: $0), source.place(ofTrainingRow: $0))
    }
  }

  /// For a message: at most 16 of them.
  var text: String {
    let shown = places.prefix(Self.mostShown).map { "`\($0.id)` (\($0.place))" }
      .joined(separator: ", ")
    let rest = places.count - Self.mostShown
    return "the rows \(shown)" + (rest > 0 ? " and \(rest) more" : "")
  }

  /// For programs: all of them.
  var json: JSONValue {
    .array(places.map { ["id": .string($0.id), "place": .string($0.place)] })
  }

  static func == (left: Self, right: Self) -> Bool {
    left.places.elementsEqual(right.places) { $0 == $1 }
  }
}
