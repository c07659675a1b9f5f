internal import Artifacts
internal import Conversations

/// Decides on which side of the split each group stands.
///
/// A group is the conversations with the same `group`; one without is a group of its own. Groups
/// are put in order by the hash of seed and name, and of each language the first ones are held out:
/// `round(fraction × groups)`. So a group's side depends on no other but where the border falls,
/// and adding data moves only groups near the border. A group whose first conversation already has
/// a side keeps it.
///
/// Holds 8 bytes a group, and table overhead.
struct SplitPlan {
  private struct Group {
    var language: Int
    var given: Split?
  }

  private let seed: Int
  private let validationFraction: Double
  private let testFraction: Double
  private var groups: [UInt64: Group] = [:]
  private var languages: [String: Int] = [:]

  init(_ options: CurationOptions) {
    seed = options.seed
    validationFraction = options.validationFraction
    testFraction = options.testFraction
  }

  /// Takes note of a conversation that is kept.
  mutating func add(_ conversation: Conversation) {
    let hash = hash(of: conversation)
    guard groups[hash] == nil else { return }
    let language = conversation.language ?? ""
    let number = languages[language] ?? languages.count
    languages[language] = number
    groups[hash] = Group(language: number, given: conversation.split)
  }

  /// The order of a group: the first 64 bits of SHA-256 over seed and name.
  private func hash(of conversation: Conversation) -> UInt64 {
    // A group may be called like some other conversation's id: the prefix keeps them apart.
    let name = conversation.group.map { "g\($0)" } ?? "i\(conversation.id)"
    return Digest(of: "\(seed) \(name)".utf8).bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The sides of all groups that were noted.
  func sides() -> Sides {
    var sides: [UInt64: Split] = groups.compactMapValues(\.given)
    let open = groups.filter { $0.value.given == nil }.map { ($0.value.language, $0.key) }
      .sorted { $0 < $1 }
    var start = 0
    while start < open.count {
      let end = open[start...].firstIndex { $0.0 != open[start].0 } ?? open.count
      assign(open[start..<end].map(\.1), to: &sides)
      start = end
    }
    holdOutOne(of: open.map(\.1), in: &sides)
    return Sides(sides: sides, hash: hash)
  }

  /// Holds out the first groups of one language, given in their order.
  private func assign(_ sorted: [UInt64], to sides: inout [UInt64: Split]) {
    let count = Double(sorted.count)
    let validation = Int((validationFraction * count).rounded())
    let test = Int((testFraction * count).rounded())
    for (place, hash) in sorted.enumerated() {
      // However the numbers are rounded, the last group stays for training.
      let isLast = place == sorted.count - 1
      if place < validation && !isLast {
        sides[hash] = .validation
      } else if place < validation + test && !isLast {
        sides[hash] = .test
      } else {
        sides[hash] = .train
      }
    }
  }

  /// Where there are several groups and rounding held out none for validation, the first is, so
  /// that there is a held-out loss.
  private func holdOutOne(of open: [UInt64], in sides: inout [UInt64: Split]) {
    guard validationFraction > 0, !sides.values.contains(.validation),
      sides.values.count(where: { $0 == .train }) >= 2,
      let first = open.filter({ sides[$0] == .train }).min()
    else { return }
    sides[first] = .validation
  }

  /// Which side each group has.
  struct Sides {
    fileprivate let sides: [UInt64: Split]
    fileprivate let hash: (Conversation) -> UInt64

    /// The side of a conversation that was noted.
    func side(of conversation: Conversation) -> Split { sides[hash(conversation)] ?? .train }

    /// How many groups stand on a side.
    func count(of split: Split) -> Int { sides.values.count { $0 == split } }
  }
}
