/// `split`, `rsplit`, `splitlines`, `partition`.
extension Text {
  /// Python's `split(separator, limit)`; the caller has refused an empty separator.
  func split(by separator: Text, limit: Int = .max) -> [Text] {
    var parts: [Text] = []
    var start = 0
    for place in offsets(of: separator, limit: limit) {
      parts.append(slice(start..<place))
      start = place + separator.count
    }
    return parts + [slice(start..<count)]
  }

  /// Python's `rsplit(separator, limit)`.
  func splitFromRight(by separator: Text, limit: Int = .max) -> [Text] {
    var parts: [Text] = []
    var end = count
    while parts.count < limit, let place = lastOffset(of: separator, before: end) {
      parts.append(slice(place + separator.count..<end))
      end = place
    }
    return (parts + [slice(0..<end)]).reversed()
  }

  /// Python's `split()`: words between white space.
  func words(limit: Int = .max) -> [Text] {
    var words: [Text] = []
    var rest = trimmed(.left)
    while !rest.isEmpty {
      let end = rest.wordEnd
      // What lies behind the last split stays as it is, white space at its end included.
      guard words.count < limit, end < rest.count else { return words + [rest] }
      words.append(rest.slice(0..<end))
      rest = rest.slice(end..<rest.count).trimmed(.left)
    }
    return words
  }

  /// Python's `rsplit(None, limit)`.
  func wordsFromRight(limit: Int) -> [Text] {
    var words: [Text] = []
    var rest = trimmed(.right)
    while !rest.isEmpty {
      let start = rest.lastWordStart
      guard words.count < limit, start > 0 else { return ([rest] + words.reversed()) }
      words.append(rest.slice(start..<rest.count))
      rest = rest.slice(0..<start).trimmed(.right)
    }
    return words.reversed()
  }

  private var wordEnd: Int {
    withBytes { bytes in
      var offset = 0
      while offset < bytes.count {
        let (scalar, length) = bytes.scalar(at: offset)
        if scalar.isPythonSpace { break }
        offset += length
      }
      return offset
    }
  }

  private var lastWordStart: Int {
    withBytes { bytes in
      var end = bytes.count
      while end > 0 {
        var start = end - 1
        while start > 0 && bytes[start] & 0xC0 == 0x80 { start -= 1 }
        if bytes.scalar(at: start).0.isPythonSpace { break }
        end = start
      }
      return end
    }
  }

  /// Python's `splitlines`.
  func lines(keepingEnds: Bool = false) -> [Text] {
    var ranges: [(Range<Int>, Int)] = []
    withBytes { bytes in
      var (start, offset) = (0, 0)
      while offset < bytes.count {
        let (scalar, length) = bytes.scalar(at: offset)
        var next = offset + length
        if scalar.isPythonLineBreak {
          if scalar == "\r" && next < bytes.count && bytes[next] == 0x0A { next += 1 }
          ranges.append((start..<offset, next))
          start = next
        }
        offset = next
      }
      if start < bytes.count { ranges.append((start..<bytes.count, bytes.count)) }
    }
    return ranges.map { slice($0.0.lowerBound..<(keepingEnds ? $0.1 : $0.0.upperBound)) }
  }
}
