import Artifacts

/// Writes a zip archive without compression, for tests and `tools/fuzz`.
enum StoredZip {
  static func write(_ entries: [(name: String, text: String)], to path: String) throws {
    try AtomicFile.write(bytes(entries.map { ($0.name, Array($0.text.utf8)) }), to: path)
  }

  /// The archive of some entries.
  static func bytes(_ entries: [(name: String, content: [UInt8])]) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in entries {
      let name = Array(name.utf8)
      let common =
        little(20, 2) + little(0x800, 2) + little(0, 2) + little(0, 4) + little(crc(bytes), 4)
        + little(bytes.count, 4) + little(bytes.count, 4) + little(name.count, 2) + little(0, 2)
      directory +=
        [0x50, 0x4B, 1, 2] + little(20, 2) + common + little(0, 6) + little(0, 4)
        + little(archive.count, 4) + name
      archive += [0x50, 0x4B, 3, 4] + common + name + bytes
    }
    let start = archive.count
    return archive + directory + [0x50, 0x4B, 5, 6] + little(0, 4) + little(entries.count, 2)
      + little(entries.count, 2) + little(directory.count, 4) + little(start, 4) + little(0, 2)
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// CRC-32 as zip has it (ISO-HDLC), bit by bit.
  private static func crc(_ bytes: [UInt8]) -> Int {
    var crc: UInt32 = .max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return Int(~crc)
  }
}
