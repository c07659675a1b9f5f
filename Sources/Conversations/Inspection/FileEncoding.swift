internal import Artifacts
internal import Orthography

/// How the bytes of a file are written, as far as its beginning shows.
struct FileEncoding {
  /// `none`, `gzip` or `zstd`.
  let compression: Compression
  /// `UTF-8`, `UTF-8 with byte order mark`, `UTF-16LE`, `UTF-32BE`, …, `binary`, or
  /// `not UTF-8 (byte 17 is 0xE9)`; where another encoding is likely, with that, how sure it is and why:
  /// `UTF-8; likely nudi (97 %: …)`. `docx document` and the like for office files.
  let name: String
  /// Whether the file is longer than what was looked at.
  let isPartial: Bool

  /// How much is looked at, uncompressed.
  private static let length = 1 << 20

  /// - Throws: `missingFile`, `unreadable`, `malformed`.
  init(of path: String) throws {
    let source = try ByteSource(path)
    compression = source.compression
    var head = [UInt8](repeating: 0, count: Self.length)
    var filled = 0
    while filled < head.count {
      let count = try head.withUnsafeMutableBytes {
        try source.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
      }
      if count == 0 { break }
      filled += count
    }
    isPartial = filled == head.count
    let bytes = Array(head[..<filled])
    if let office = OfficeFile(path) {
      name = "\(office.rawValue) document"
    } else if DataSetSuffix(of: path) == .arrow {
      name = Self.name(of: bytes, isPartial: isPartial)
    } else {
      name = Self.name(of: bytes, isPartial: isPartial) + Self.likely(bytes)
    }
  }

  private static let marks: [(bytes: [UInt8], name: String)] = [
    ([0xFF, 0xFE, 0, 0], "UTF-32LE"), ([0, 0, 0xFE, 0xFF], "UTF-32BE"), ([0xFF, 0xFE], "UTF-16LE"),
    ([0xFE, 0xFF], "UTF-16BE"), ([0xEF, 0xBB, 0xBF], "UTF-8 with byte order mark"),
  ]

  /// The likeliest encoding other than UTF-8; nothing if it says itself what it is.
  private static func likely(_ head: [UInt8]) -> String {
    let best = EncodingDetector().candidates(for: head).first
    guard let best, best.encoding != .utf8, best.confidence >= leastConfidence, best.confidence < 1
    else { return "" }
    return "; likely \(best.summary)"
  }

  /// Below this an encoding is not named.
  private static let leastConfidence = 0.5

  private static func name(of head: [UInt8], isPartial: Bool) -> String {
    let marked = marks.first { head.starts(with: $0.bytes) }?.name
    if let marked, !marked.hasPrefix("UTF-8") { return marked }
    if head.contains(0) { return "binary" }
    // A character may be cut at the end of what was looked at.
    if let bad = UTF8Check.firstInvalidByte(in: head), !isPartial || bad < head.count - 3 {
      let byte = String(head[bad], radix: 16, uppercase: true)
      return "not UTF-8 (byte \(bad + 1) is 0x\(byte))"
    }
    return marked ?? "UTF-8"
  }
}
