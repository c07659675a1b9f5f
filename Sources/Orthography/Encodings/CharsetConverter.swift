internal import CICU

/// One of ICU's converters, from bytes to UTF-8.
final class CharsetConverter {
  private let handle: OpaquePointer
  /// Where the next chunk begins in the whole input.
  private var position = 0
  /// The first half of a surrogate pair that the end of the room has cut.
  private var carried: [UInt16] = []

  private static let capacity = 1 << 15

  /// `nil` where ICU does not know the name.
  init?(_ name: String) {
    guard let handle = cicu_converter_open(name) else { return nil }
    self.handle = handle
  }

  deinit { cicu_converter_close(handle) }

  /// Appends the text of a chunk to `text`.
  ///
  /// - Parameter isLast: whether no more bytes follow; a cut character is a fault then.
  func decode(
    _ bytes: ArraySlice<UInt8>, isLast: Bool, to text: inout [UInt8], _ faults: inout DecodingFaults
  ) {
    var units = [UInt16](repeating: 0, count: Self.capacity)
    var offsets = [Int32](repeating: 0, count: Self.capacity)
    var rest = bytes
    while true {
      let piece = rest.prefix(Self.capacity)
      var consumed = 0
      let isEnd = isLast && piece.count == rest.count
      let count = piece.withUnsafeBufferPointer {
        cicu_converter_decode(
          handle, $0.baseAddress, $0.count, isEnd ? 1 : 0, &units, &offsets, Self.capacity,
          &consumed)
      }
      guard count >= 0 else { return }
      append(units[..<Int(count)], offsets, from: piece, to: &text, &faults)
      rest = rest.dropFirst(consumed)
      position += consumed
      if rest.isEmpty, count < Self.capacity { return }
    }
  }

  private func append(
    _ units: ArraySlice<UInt16>, _ offsets: [Int32], from piece: ArraySlice<UInt8>,
    to text: inout [UInt8], _ faults: inout DecodingFaults
  ) {
    for index in units.indices where units[index] == 0xFFFD {
      let offset = max(0, Int(offsets[index]))
      let bytes = piece.dropFirst(offset).prefix(4)
      // The character itself, written in the input, is no fault.
      let isWritten =
        bytes.starts(with: [0xFD, 0xFF]) || bytes.starts(with: [0xFF, 0xFD])
        || bytes.elementsEqual([0, 0, 0xFF, 0xFD])
      if !isWritten {
        faults.add(DecodingFault(offset: position + offset, bytes: Array(bytes.prefix(2))))
      }
    }
    var whole = carried + units
    carried = []
    if let last = whole.last, UTF16.isLeadSurrogate(last) {
      carried = [last]
      whole.removeLast()
    }
    text += String(decoding: whole, as: UTF16.self).utf8
  }
}
