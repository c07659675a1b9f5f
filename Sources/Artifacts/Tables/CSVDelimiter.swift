/// Recognizes what separates the fields of a table.
public enum CSVDelimiter {
  /// Delimiters that are looked for, the likeliest first. A spreadsheet writes semicolons where the
  /// comma is the decimal sign.
  static let candidates = Array(",\t;|".utf8)

  private static let headLength = 1 << 16
  private static let mostRecords = 20

  /// The delimiter of a file: the tab for `.tsv` and `.tab`, otherwise the one with which most of
  /// the first 20 records have as many fields as the first, at least two; the comma if none is.
  ///
  /// - Throws: `missingFile`, `unreadable`, `malformed` for damaged compression.
  public static func recognize(_ path: String) throws -> UInt8 {
    let name = Compression.nameWithoutSuffix(path).lowercased()
    if name.hasSuffix(".tsv") || name.hasSuffix(".tab") { return UInt8(ascii: "\t") }
    return recognize(head: try ByteSource.head(of: path, length: headLength))
  }

  /// The delimiter of the table that begins with `head`.
  static func recognize(head: [UInt8]) -> UInt8 {
    let scores = candidates.map { score(of: $0, in: head) }
    guard let best = scores.max(), best > 0, let index = scores.firstIndex(of: best) else {
      return candidates[0]
    }
    return candidates[index]
  }

  /// How many of the first records have as many fields as the first; 0 if that has only one.
  private static func score(of delimiter: UInt8, in head: [UInt8]) -> Int {
    let counts = fieldCounts(in: head, delimiter: delimiter)
    guard let first = counts.first, first > 1 else { return 0 }
    return counts.count { $0 == first }
  }

  /// The numbers of fields of the first records; the last, which may be cut, only if it is alone.
  private static func fieldCounts(in head: [UInt8], delimiter: UInt8) -> [Int] {
    var counts: [Int] = []
    var count = 1
    var (inQuotes, isEmpty) = (false, true)
    var last = delimiter
    for byte in head {
      if byte == quote && (inQuotes || last == delimiter || last == quote || isEmpty) {
        inQuotes.toggle()  // a doubled mark closes and opens again
      } else if !inQuotes && (byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")) {
        if !isEmpty { counts.append(count) }
        if counts.count == mostRecords { return counts }
        (count, isEmpty, last) = (1, true, byte)
        continue
      } else if !inQuotes && byte == delimiter {
        count += 1
      }
      (isEmpty, last) = (false, byte)
    }
    return counts.isEmpty ? [count] : counts
  }

  private static let quote = UInt8(ascii: "\"")
}
