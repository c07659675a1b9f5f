internal import Artifacts

/// The framing of TensorFlow's record files.
///
///     8 bytes   N, the length of the record: unsigned, little-endian
///     4 bytes   masked CRC-32C of these 8 bytes
///     N bytes   the record
///     4 bytes   masked CRC-32C of the record
///
/// Source: `tensorflow/core/lib/io/record_writer.h`.
enum RecordFile {
  /// A record of an event file is a few dozen bytes; a longer one is none of ours.
  private static let longest = 1 << 20

  /// `record` as it stands in a file.
  static func framed(_ record: [UInt8]) -> [UInt8] {
    let length = bytes(of: UInt64(record.count))
    return length + bytes(of: CRC32C.masked(length)) + record
      + bytes(of: CRC32C.masked(record))
  }

  /// The whole records at the beginning of a file; what a kill cut short is left out.
  static func records(in file: [UInt8]) -> [[UInt8]] {
    var records: [[UInt8]] = []
    var rest = file[...]
    while rest.count >= 16 {
      let length = rest.prefix(8)
      let count = length.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard count <= longest, rest.count >= 16 + Int(count),
        rest.dropFirst(8).prefix(4).elementsEqual(bytes(of: CRC32C.masked(length)))
      else { break }
      let record = Array(rest.dropFirst(12).prefix(Int(count)))
      let check = rest.dropFirst(12 + Int(count)).prefix(4)
      guard check.elementsEqual(bytes(of: CRC32C.masked(record))) else { break }
      records.append(record)
      rest = rest.dropFirst(16 + Int(count))
    }
    return records
  }

  private static func bytes(of value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }
}
