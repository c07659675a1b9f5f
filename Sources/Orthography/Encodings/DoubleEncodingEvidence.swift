/// What speaks for double encoding: characters above ASCII that are the bytes of UTF-8.
enum DoubleEncodingEvidence {
  /// The least confidence where Kannada or Telugu comes out.
  static let leastOfIndic = 0.85

  static func candidates(for scalars: [UnicodeScalar]) -> [EncodingCandidate] {
    guard let best = DoubleEncoding.best(scalars) else { return [] }
    let result = best.result
    let found = result.repaired + result.lost.count
    let share = Double(found) / Double(found + result.left.count)
    guard share > 0.2 else { return [] }
    // One "Ã©" may be meant as it is; three letters of Kannada are not.
    let confidence =
      result.indic > 2
      ? leastOfIndic + 0.145 * share : (result.repaired > 2 ? 0.9 : 0.6) * (0.5 + 0.5 * share)
    return [
      EncodingCandidate(
        .doubleEncoded, confidence: confidence,
        evidence: "\(result.repaired) characters are UTF-8 that was read as "
          + best.tables.joined(separator: ", then as ")
          + ", \(result.lost.count) more have lost a byte; "
          + "\(result.left.count) characters above ASCII are not")
    ]
  }
}

/// The best way back from double encoding.
struct DoubleEncoding {
  var result: MojibakeRepair.Result
  /// The wrong decodings, the last one first.
  var tables: [String]

  private static let rounds = 3

  /// `nil` where no character is the bytes of another.
  static func best(_ scalars: [UnicodeScalar]) -> DoubleEncoding? {
    var found: DoubleEncoding?
    while (found?.tables.count ?? 0) < rounds {
      let input = found?.result.scalars ?? scalars
      guard let (repair, next) = bestRound(input) else { break }
      var result = next
      if let found {
        result.places = result.places.map { found.result.places[$0] }
        result.left = result.left.map { found.result.places[$0] }
        result.lost = found.result.lost + result.lost.map { found.result.places[$0] }
        // A second round must leave nothing that the first one had understood.
        guard result.indic >= found.result.indic else { break }
      }
      found = DoubleEncoding(
        result: result, tables: (found?.tables ?? []) + [repair.table.rawValue])
    }
    return found
  }

  /// The table that takes back most, and leaves least.
  private static func bestRound(
    _ scalars: [UnicodeScalar]
  ) -> (MojibakeRepair, MojibakeRepair.Result)? {
    var best: (MojibakeRepair, MojibakeRepair.Result)?
    for repair in MojibakeRepair.all {
      let result = repair.repair(scalars)
      guard result.repaired > 0 else { continue }
      if let (_, other) = best,
        (other.indic, other.repaired - other.left.count)
          >= (result.indic, result.repaired - result.left.count)
      {
        continue
      }
      best = (repair, result)
    }
    return best
  }
}
