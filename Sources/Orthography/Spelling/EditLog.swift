/// A change that one pass makes: in bytes of the text that it was given.
struct PassEdit {
  var range: Range<Int>
  var replacement: [UInt8]
}

/// The changes of several passes as changes of the first text.
///
/// Each pass counts in bytes of the text that the pass before left. `add` counts back, and joins
/// changes that overlap:
/// ```
/// first pass  a[bc]d → a[X]d      second pass  a[Xd] → a[Y]      both  a[bcd] → a[Y]
/// ```
struct EditLog {
  private struct Entry {
    /// In the first text.
    var range: Range<Int>
    /// In the current text, in place of `range`.
    var replacement: [UInt8]
    var rules: Set<SpellingRule>

    var growth: Int { replacement.count - range.count }
  }

  private let original: [UInt8]
  private(set) var current: [UInt8]
  private var entries: [Entry] = []

  /// A log that goes on where another ended.
  init(_ text: NormalizedText) {
    original = Array(text.original.utf8)
    current = Array(text.text.utf8)
    entries = text.edits.map {
      Entry(range: $0.range, replacement: Array($0.after.utf8), rules: Set($0.rules))
    }
  }

  /// The changes so far; places that are again as they were are left out.
  var edits: [TextEdit] {
    entries.filter { !original[$0.range].elementsEqual($0.replacement) }.map { entry in
      TextEdit(
        range: entry.range, before: String(decoding: original[entry.range], as: UTF8.self),
        after: String(decoding: entry.replacement, as: UTF8.self), rules: entry.rules.sorted())
    }
  }

  /// Makes the changes of a pass, which are in order and do not overlap.
  mutating func add(_ edits: [PassEdit], _ rule: SpellingRule) {
    // All bytes that earlier passes added before the group, and how many of `entries` lie there.
    var growth = 0
    entries = groups(edits).map { group in
      let old = entries[group.old]
      let inside = old.reduce(0) { $0 + $1.growth }
      defer { growth += inside }
      let start = group.range.lowerBound - growth
      return Entry(
        range: start..<start + group.range.count - inside,
        replacement: changed(group.range, by: edits[group.new]),
        rules: old.reduce(group.new.isEmpty ? [] : [rule]) { $0.union($1.rules) })
    }
    current = changed(0..<current.count, by: edits[...])
  }

  /// Changes old and new that overlap, as ranges of both lists, and the bytes that they cover
  /// together in the current text.
  private typealias Group = (range: Range<Int>, old: Range<Int>, new: Range<Int>)

  private func groups(_ edits: [PassEdit]) -> [Group] {
    let places = places
    var groups: [Group] = []
    var (old, new) = (0, 0)
    while old < places.count || new < edits.count {
      let isOld =
        new == edits.count || old < places.count && Self.precedes(places[old], edits[new].range)
      let range = isOld ? places[old] : edits[new].range
      var group: Group = (range, old..<old, new..<new)
      if let last = groups.last, range.lowerBound < last.range.upperBound {
        group = groups.removeLast()
        group.range = group.range.lowerBound..<max(range.upperBound, last.range.upperBound)
      }
      if isOld { old += 1 } else { new += 1 }
      group.old = group.old.lowerBound..<old
      group.new = group.new.lowerBound..<new
      groups.append(group)
    }
    return groups
  }

  private static func precedes(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    (left.lowerBound, left.upperBound) <= (right.lowerBound, right.upperBound)
  }

  /// Where the entries stand in the current text.
  private var places: [Range<Int>] {
    var growth = 0
    return entries.map { entry in
      let start = entry.range.lowerBound + growth
      growth += entry.growth
      return start..<start + entry.replacement.count
    }
  }

  /// A piece of the current text with the changes that lie in it.
  private func changed(_ piece: Range<Int>, by edits: ArraySlice<PassEdit>) -> [UInt8] {
    var result: [UInt8] = []
    var start = piece.lowerBound
    for edit in edits {
      result += current[start..<edit.range.lowerBound]
      result += edit.replacement
      start = edit.range.upperBound
    }
    return result + current[start..<piece.upperBound]
  }
}
