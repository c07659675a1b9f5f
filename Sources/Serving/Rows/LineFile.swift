internal import Artifacts
internal import Foundation

/// Lines of a file by number. A compressed file is unpacked once, into a file without a name that
/// goes with the program.
///
/// Held are where lines begin: 16 bytes each. Safe to share between threads.
final class LineFile: Sendable {
  let path: String
  private let descriptor: Int32
  /// Where each line that is not blank begins and ends, and its number in the file.
  private let places: [(start: UInt64, length: UInt32, number: UInt32)]

  /// - Throws: `missingFile`, `unreadable`, `malformed`; `unwritable` if there is no room to unpack.
  init(_ path: String) throws {
    self.path = path
    let reader = try LineReader(path)
    let own = open(path, O_RDONLY | O_CLOEXEC)
    guard own >= 0 else { throw Self.unreadable(path) }
    var head = [UInt8](repeating: 0, count: Compression.magicLength)
    let count = max(0, pread(own, &head, head.count, 0))
    let unpacked: FileHandle?
    if Compression(magic: head[..<count]) == .none {
      descriptor = own
      unpacked = nil
    } else {
      close(own)
      descriptor = try Self.namelessFile()
      unpacked = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    }
    var places: [(UInt64, UInt32, UInt32)] = []
    while let line = try reader.next() {
      if !line.isBlank {
        places.append((UInt64(line.offset), UInt32(line.bytes.count), UInt32(line.number)))
      }
      if let unpacked {
        do {
          try unpacked.seek(toOffset: UInt64(line.offset))
          try unpacked.write(contentsOf: Data(line.bytes))
        } catch {
          throw AksharaError(
            .unwritable, "cannot unpack the file: \(error.localizedDescription)",
            at: SourceLocation(file: path), remedy: "make room, or set TMPDIR")
        }
      }
    }
    self.places = places
  }

  deinit { close(descriptor) }

  var count: Int { places.count }

  /// The number of a line in the file, from 1.
  func number(_ index: Int) -> Int? {
    places.indices.contains(index) ? Int(places[index].number) : nil
  }

  /// A line.
  ///
  /// - Throws: `unreadable` if the file was cut since.
  func line(_ index: Int) throws -> JSONLine {
    let place = places[index]
    var bytes = [UInt8](repeating: 0, count: Int(place.length))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        pread(
          descriptor, $0.baseAddress.map { $0 + filled }, $0.count - filled,
          off_t(Int(place.start) + filled))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Self.unreadable(path) }
      filled += count
    }
    return JSONLine(bytes: bytes, number: Int(place.number), offset: Int(place.start))
  }

  /// A file that nobody else can open.
  private static func namelessFile() throws -> Int32 {
    var name = Array((Path.join(NSTemporaryDirectory(), "akshara-view-XXXXXX")).utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
      throw AksharaError(
        .unwritable, "cannot make a temporary file: \(String(cString: strerror(errno)))",
        remedy: "make room, or set TMPDIR")
    }
    unlink(name)
    return descriptor
  }

  private static func unreadable(_ path: String) -> AksharaError {
    AksharaError(
      .unreadable, "cannot read the file: \(String(cString: strerror(errno)))",
      at: SourceLocation(file: path), remedy: "check that nobody changes it meanwhile")
  }
}
