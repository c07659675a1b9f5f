internal import Artifacts
public import Conversations

/// Rows of a shard set that are picked by chance to be looked at, so many of each kind.
public struct ShardSample: Sendable {
  /// What kinds are told apart by.
  public enum Trait: String, Sendable, CaseIterable {
    /// The conversation's language.
    case language
    /// The conversation's source.
    case source
    /// The template's name.
    case template
    /// The split.
    case split
  }

  /// A row that was picked.
  public struct Row: Sendable, Equatable {
    /// The values of the traits, in their order.
    public var kind: [String]
    /// Its split.
    public var split: Split
    /// Its number in the split.
    public var row: Int
  }

  /// The rows, kind by kind, each in the set's order.
  public let rows: [Row]
  /// How many rows each kind has, in the same order.
  public let kinds: [(kind: [String], rows: Int)]

  /// The kinds of which no row was picked, since there are more kinds than rows to pick; in the same
  /// order.
  public var missing: [(kind: [String], rows: Int)] {
    let shown = Set(rows.map(\.kind))
    return kinds.filter { !shown.contains($0.kind) }
  }

  /// So many kinds are named in a line.
  private static let mostNamed = 10

  /// Which kinds are missing, in a line; `nil` if none is.
  public var missingLine: String? {
    let missing = missing
    guard !missing.isEmpty else { return nil }
    let names = missing.prefix(Self.mostNamed).map { kind, rows in
      let values = kind.map { $0.isEmpty ? "not known" : TerminalText.line($0) }
      return "\(values.joined(separator: ", ")) (\(rows) rows)"
    }
    let more = missing.count > names.count ? "; and \(missing.count - names.count) more" : ""
    return "no row is shown of \(missing.count) of \(kinds.count) kinds: "
      + names.joined(separator: "; ") + more + "; a sample of \(kinds.count) or more shows each"
  }

  /// The most kinds that are told apart; further ones count as one.
  static let mostKinds = 1_000

  /// Picks `count` rows: of each kind equally many, as far as it has them. The same seed picks the
  /// same rows.
  ///
  /// - Complexity: one pass over the rows; memory for `count` rows a kind.
  public init(of set: ShardSet, count: Int, by traits: [Trait], seed: UInt64) {
    var strata: [[String]: Stratum] = [:]
    for split in set.splits {
      var number = 0
      for batch in set.batches(split) {
        for row in 0..<batch.rowCount {
          var kind = traits.map { batch.value(of: $0, row, split) }
          if strata[kind] == nil, strata.count >= Self.mostKinds { kind = traits.map { _ in "…" } }
          var generator = SplitMix64(
            seed: seed ^ (UInt64(number) &* 0x9E37_79B9_7F4A_7C15) ^ Self.salt(split))
          strata[kind, default: Stratum()].add(
            Row(kind: kind, split: split, row: number), rank: generator.next(), keeping: count)
          number += 1
        }
      }
    }
    let order = strata.keys.sorted { left, right in
      left.lexicographicallyPrecedes(right) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    kinds = order.map { ($0, strata[$0]?.count ?? 0) }
    let quotas = Self.quotas(kinds.map(\.rows), count)
    rows = zip(order, quotas).flatMap { kind, quota in
      (strata[kind]?.picked(quota) ?? []).sorted {
        ($0.split.order, $0.row) < ($1.split.order, $1.row)
      }
    }
  }

  private static func salt(_ split: Split) -> UInt64 { UInt64(split.order) << 56 }

  /// How many rows each kind gives: one after the other in turn, until there are `count`.
  private static func quotas(_ sizes: [Int], _ count: Int) -> [Int] {
    var quotas = [Int](repeating: 0, count: sizes.count)
    var rest = count
    while rest > 0 {
      let open = sizes.indices.filter { quotas[$0] < sizes[$0] }
      guard !open.isEmpty else { break }
      let share = max(1, rest / open.count)
      for index in open where rest > 0 {
        let more = min(share, sizes[index] - quotas[index], rest)
        quotas[index] += more
        rest -= more
      }
    }
    return quotas
  }
}

/// The rows of one kind with the smallest ranks.
private struct Stratum {
  private(set) var count = 0
  private var kept: [(rank: UInt64, row: ShardSample.Row)] = []

  mutating func add(_ row: ShardSample.Row, rank: UInt64, keeping limit: Int) {
    count += 1
    kept.append((rank, row))
    guard kept.count >= 2 * max(limit, 64) else { return }
    kept.sort { $0.rank < $1.rank }
    kept.removeLast(kept.count - limit)
  }

  func picked(_ count: Int) -> [ShardSample.Row] {
    kept.sorted { $0.rank < $1.rank }.prefix(count).map(\.row)
  }
}

extension Split {
  /// Its place among the splits.
  var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension ShardBatch {
  fileprivate func value(of trait: ShardSample.Trait, _ row: Int, _ split: Split) -> String {
    switch trait {
    case .language: language(row)
    case .source: source(row)
    case .template: template(row)
    case .split: split.rawValue
    }
  }
}
