/// Finding bytes in texts. Since UTF-8 is self-synchronizing, bytes are found where Python finds
/// characters.
extension Text {
  /// Where `pattern` stands for the first time from `start` on.
  func firstOffset(of pattern: Text, from start: Int = 0) -> Int? {
    withBytes { bytes in pattern.withBytes { bytes.firstOffset(of: $0, from: start) } }
  }

  /// Where `pattern` stands for the last time before `end`.
  func lastOffset(of pattern: Text, before end: Int) -> Int? {
    withBytes { bytes in
      pattern.withBytes { pattern in
        var start = end - pattern.count
        while start >= 0 {
          if bytes.holds(pattern, at: start) { return start }
          start -= 1
        }
        return nil
      }
    }
  }

  /// Where `pattern` stands, without overlaps, from the left; `limit` times at most.
  func offsets(of pattern: Text, limit: Int = .max) -> [Int] {
    withBytes { bytes in
      pattern.withBytes { pattern in
        var found: [Int] = []
        var start = 0
        while found.count < limit, let next = bytes.firstOffset(of: pattern, from: start) {
          found.append(next)
          start = next + pattern.count
        }
        return found
      }
    }
  }

  func contains(_ pattern: Text) -> Bool { firstOffset(of: pattern) != nil }

  func hasPrefix(_ prefix: Text) -> Bool {
    withBytes { bytes in prefix.withBytes { bytes.count >= $0.count && bytes.holds($0, at: 0) } }
  }

  func hasSuffix(_ suffix: Text) -> Bool {
    withBytes { bytes in
      suffix.withBytes { bytes.count >= $0.count && bytes.holds($0, at: bytes.count - $0.count) }
    }
  }

  /// Python's `replace`. What replaces given bytes is of their origin: where data says that a
  /// literal is to stand, the literal is data.
  func replacing(_ old: Text, with new: Text, limit: Int = .max) -> Text {
    let places =
      old.isEmpty ? Array(characterOffsets.prefix(limit)) : offsets(of: old, limit: limit)
    guard !places.isEmpty else { return self }
    var builder = TextBuilder()
    var start = 0
    for place in places {
      if place > start { builder.append(slice(start..<place)) }
      let replaced = piece(at: place)
      if replaced.origin.isGiven {
        builder.append(new.bytes, like: replaced)
      } else {
        builder.append(new)
      }
      start = place + old.count
    }
    if start < count { builder.append(slice(start..<count)) }
    return builder.text
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether `pattern` stands at `offset`; it must fit there.
  func holds(_ pattern: UnsafeBufferPointer<UInt8>, at offset: Int) -> Bool {
    for index in 0..<pattern.count where self[offset + index] != pattern[index] { return false }
    return true
  }

  func firstOffset(of pattern: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard let first = pattern.first else { return start <= count ? start : nil }
    var offset = start
    while offset <= count - pattern.count {
      if self[offset] == first && holds(pattern, at: offset) { return offset }
      offset += 1
    }
    return nil
  }
}
