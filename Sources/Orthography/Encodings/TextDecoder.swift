/// Decodes a stream of bytes to UTF-8, and names what stands for no character.
///
/// ```swift
/// var decoder = TextDecoder(.utf16LittleEndian)
/// for chunk in file { write(decoder.append(chunk)) }
/// write(decoder.finish())
/// decoder.faults.count
/// ```
///
/// The text does not depend on how the bytes are cut into chunks. Glyph codes and double encoding
/// are decoded line by line; a line longer than 1 MiB is cut at a space.
public struct TextDecoder {
  /// The encoding that is read.
  public let encoding: TextEncoding
  /// What stood for no character; in the text it is U+FFFD, or for glyph codes and double encoding
  /// what stood there.
  public private(set) var faults = DecodingFaults()
  private let converter: CharsetConverter?
  private var pending: [UInt8] = []
  /// Where `pending` begins in the whole input.
  private var position = 0
  private var isAtStart = true

  private static let longestLine = 1 << 20

  /// A decoder at the beginning of a text.
  public init(_ encoding: TextEncoding) {
    self.encoding = encoding
    converter = encoding.converterName.flatMap(CharsetConverter.init)
  }

  /// Takes the next bytes; returns the text that is complete.
  public mutating func append(_ chunk: [UInt8]) -> [UInt8] {
    pending += chunk
    guard !isAtStart || pending.count >= encoding.byteOrderMark.count else { return [] }
    return decode(upTo: cut(), isLast: false)
  }

  /// Ends the text; returns the rest of it.
  public mutating func finish() -> [UInt8] { decode(upTo: pending.count, isLast: true) }

  /// How much of `pending` can be decoded without what follows.
  private func cut() -> Int {
    switch encoding {
    case .utf8:
      // The last character may be cut: up to three bytes.
      let tail = pending.suffix(3).lastIndex { $0 >= 0xC0 }
      return tail ?? pending.count
    case .nudi, .doubleEncoded:
      if let newline = pending.lastIndex(of: 0x0A) { return newline + 1 }
      guard pending.count > Self.longestLine else { return 0 }
      return pending.lastIndex(of: 0x20).map { $0 + 1 } ?? pending.count
    default: return pending.count
    }
  }

  private mutating func decode(upTo end: Int, isLast: Bool) -> [UInt8] {
    var start = 0
    if isAtStart, end > 0 || isLast {
      isAtStart = false
      let mark = encoding.byteOrderMark
      if !mark.isEmpty, pending.starts(with: mark) { start = mark.count }
    }
    var text: [UInt8] = []
    let piece = pending[start..<max(start, end)]
    if let converter {
      converter.decode(piece, isLast: isLast, to: &text, &faults)
    } else if encoding == .utf8 {
      appendUTF8(piece, at: position + start, to: &text)
    } else {
      appendLines(piece, at: position + start, to: &text)
    }
    position += max(start, end)
    pending.removeFirst(max(start, end))
    return text
  }

  private mutating func appendUTF8(
    _ piece: ArraySlice<UInt8>, at offset: Int, to text: inout [UInt8]
  ) {
    var rest = piece
    while let fault = UTF8Validity.firstFault(in: rest) {
      text += rest[..<fault.lowerBound]
      text += [0xEF, 0xBF, 0xBD]
      faults.add(
        DecodingFault(
          offset: offset + fault.lowerBound - piece.startIndex, bytes: Array(rest[fault])))
      rest = rest[fault.upperBound...]
    }
    text += rest
  }

  private mutating func appendLines(
    _ piece: ArraySlice<UInt8>, at offset: Int, to text: inout [UInt8]
  ) {
    var start = piece.startIndex
    while start < piece.endIndex {
      let newline = piece[start...].firstIndex(of: 0x0A) ?? piece.endIndex - 1
      let line = EncodedLine(piece[start...newline])
      let reading = encoding == .nudi ? line.glyphs : line.repaired
      text += reading.text
      for fault in reading.faults {
        faults.add(
          DecodingFault(
            offset: offset + start - piece.startIndex + fault.offset, bytes: fault.bytes))
      }
      start = newline + 1
    }
  }
}
