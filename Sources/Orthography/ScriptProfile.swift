internal import CICU

/// Which scripts a text is written in: letters and marks, counted by script.
///
/// Vowel signs, virama and nukta count like letters. Characters that scripts share (spaces,
/// digits, punctuation, dandas, ZWJ, ZWNJ) count for none.
public struct ScriptProfile: Sendable, Equatable {
  /// One script with its letters and marks.
  public struct Share: Sendable, Equatable {
    /// The script.
    public let script: Script
    /// Its letters and marks.
    public let count: Int
  }

  /// The scripts, the most frequent first; equally frequent ones by their code.
  public let shares: [Share]

  /// Room for all of a text's scripts: Unicode 15 has 164.
  private static let capacity = 256

  /// The profile of a text.
  public init(of text: String) {
    var text = text
    self = text.withUTF8 { ScriptProfile(ofUTF8: $0) }
  }

  /// The profile of a text in UTF-8.
  package init(ofUTF8 bytes: UnsafeBufferPointer<UInt8>) {
    let shares = withUnsafeTemporaryAllocation(
      of: cicu_script_count.self, capacity: Self.capacity
    ) { counts in
      let found = cicu_script_counts(
        bytes.baseAddress, bytes.count, counts.baseAddress, counts.count)
      return counts.prefix(found).map {
        Share(script: Script(packed: $0.script), count: Int($0.count))
      }
    }
    self.shares = shares.sorted { ($1.count, $0.script.packed) < ($0.count, $1.script.packed) }
  }

  /// All letters and marks.
  public var total: Int { shares.reduce(0) { $0 + $1.count } }

  /// The script with the most letters and marks; `nil` if there are none.
  public var dominantScript: Script? { shares.first?.script }

  /// The letters and marks of `script`.
  public func count(of script: Script) -> Int {
    shares.first { $0.script == script }?.count ?? 0
  }

  /// Letters and marks of `script` as a fraction of all; 0 for a text without letters.
  public func fraction(of script: Script) -> Double {
    total == 0 ? 0 : Double(count(of: script)) / Double(total)
  }
}
