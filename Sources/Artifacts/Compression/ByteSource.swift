internal import Foundation

/// Streams the uncompressed bytes of a file: plain, gzip or zstd, recognized by its first bytes.
///
/// Not safe to share between threads.
public final class ByteSource {
  /// The path as it was given.
  public let path: String
  /// How the file is compressed.
  public let compression: Compression
  private let descriptor: Int32
  private let decoder: (any StreamDecoder)?
  private var buffer: [UInt8]
  private var pending: Range<Int>
  private var inputEnded = false

  /// The size of the file as it is stored, in bytes; 0 for what is no plain file, such as a pipe.
  package var storedSize: Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
    return Int(status.st_size)
  }

  private static let bufferSize = 1 << 18
  /// How much may come out of a compressed file whatever its size: 1 GiB.
  static let freeExpansion = 1 << 30
  /// Beyond that, how many bytes may come out for each byte of the file. Text compresses to a
  /// twentieth, and repeated rows to a hundredth; gzip's most is 1,032, and a zstd bomb has millions.
  static let mostExpansion = 500

  private let freeExpansion: Int
  private var consumed = 0
  private var produced = 0

  /// Opens the file and looks at its first bytes.
  ///
  /// - Throws: `missingFile`, `unreadable`.
  public convenience init(_ path: String) throws {
    try self.init(path, freeExpansion: Self.freeExpansion)
  }

  /// The same with another amount that may come out of a compressed file whatever its size.
  init(_ path: String, freeExpansion: Int) throws {
    self.path = path
    self.freeExpansion = freeExpansion
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.unreadable(path) }
    buffer = [UInt8](repeating: 0, count: Self.bufferSize)
    var filled = 0
    do {
      while filled < Compression.magicLength {
        let count = try Self.read(descriptor, into: &buffer, from: filled, path: path)
        if count == 0 { break }
        filled += count
      }
      compression = Compression(magic: buffer[..<filled])
      decoder = try Self.decoder(for: compression)
    } catch {
      close(descriptor)
      throw error
    }
    pending = 0..<filled
  }

  deinit { close(descriptor) }

  /// Fills the front of `output` with the next bytes.
  ///
  /// - Returns: how many; 0 at the end of the file.
  /// - Throws: `unreadable`, or `malformed` if the compressed data are damaged or cut.
  public func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    guard !output.isEmpty else { return 0 }
    guard let decoder else { return try readPlain(into: output) }
    while true {
      if pending.isEmpty && !inputEnded { try fill() }
      let produced = try decode(with: decoder, into: output)
      if produced > 0 { return produced }
      if pending.isEmpty && inputEnded {
        guard decoder.isComplete else { throw cut() }
        return 0
      }
    }
  }

  /// The first bytes of a file, uncompressed: `length`, or all if it has fewer.
  ///
  /// - Throws: `missingFile`, `unreadable`, `malformed`.
  package static func head(of path: String, length: Int) throws -> [UInt8] {
    let source = try ByteSource(path)
    var head = [UInt8](repeating: 0, count: length)
    var filled = 0
    while filled < length {
      let count = try head.withUnsafeMutableBytes { bytes in
        try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
      }
      if count == 0 { break }
      filled += count
    }
    return Array(head[..<filled])
  }

  /// Reads a compressed file to its end, to see whether its checksums hold; does nothing with a
  /// plain one.
  ///
  /// - Throws: `malformed` if the compressed data are damaged or cut; `missingFile`, `unreadable`.
  public static func checkCompression(of path: String) throws {
    try ByteSource(path).checkCompression()
  }

  /// Reads to the end, as above.
  func checkCompression() throws {
    guard compression != .none else { return }
    var scratch = [UInt8](repeating: 0, count: Self.bufferSize)
    while try scratch.withUnsafeMutableBytes({ try read(into: $0) }) > 0 {}
  }

  private func decode(
    with decoder: any StreamDecoder, into output: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    do {
      let (produced, rest) = try buffer.withUnsafeBytes { bytes in
        var input = UnsafeRawBufferPointer(rebasing: bytes[pending])
        let produced = try decoder.decode(&input, into: output)
        return (produced, input.count)
      }
      consumed += pending.count - rest
      pending = pending.upperBound - rest..<pending.upperBound
      self.produced += produced
      try checkExpansion()
      return produced
    } catch var error as AksharaError {
      error.location = SourceLocation(file: path)
      throw error
    }
  }

  /// Refuses a file that unpacks to far more than text does.
  private func checkExpansion() throws {
    guard produced > freeExpansion, produced / Self.mostExpansion > consumed else { return }
    throw AksharaError(
      .malformed,
      "the \(compression.rawValue) data unpack to more than \(Self.mostExpansion) times their size",
      remedy: "if that is meant, unpack the file and name the unpacked one")
  }

  private func readPlain(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    if pending.isEmpty && output.count >= Self.bufferSize {
      return inputEnded ? 0 : try Self.read(descriptor, into: output, path: path)
    }
    if pending.isEmpty && !inputEnded { try fill() }
    let count = min(pending.count, output.count)
    buffer.withUnsafeBytes { bytes in
      output.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[pending.prefix(count)]))
    }
    pending = pending.lowerBound + count..<pending.upperBound
    return count
  }

  private func fill() throws {
    let count = try Self.read(descriptor, into: &buffer, from: 0, path: path)
    pending = 0..<count
    inputEnded = count == 0
  }

  private static func read(
    _ descriptor: Int32, into buffer: inout [UInt8], from start: Int, path: String
  ) throws -> Int {
    try buffer.withUnsafeMutableBytes { bytes in
      try read(
        descriptor, into: UnsafeMutableRawBufferPointer(rebasing: bytes[start...]), path: path)
    }
  }

  private static func read(
    _ descriptor: Int32, into bytes: UnsafeMutableRawBufferPointer, path: String
  ) throws -> Int {
    while true {
      let count = Foundation.read(descriptor, bytes.baseAddress, bytes.count)
      if count >= 0 { return count }
      guard errno == EINTR else { throw unreadable(path) }
    }
  }

  private static func decoder(for compression: Compression) throws -> (any StreamDecoder)? {
    switch compression {
    case .none: nil
    case .gzip: try GzipDecoder()
    case .zstd: try ZstdDecoder()
    }
  }

  private func cut() -> AksharaError {
    AksharaError(
      .malformed, "the \(compression.rawValue) data stop in the middle: the file is cut",
      at: SourceLocation(file: path), remedy: "fetch or copy the file again")
  }

  private static func unreadable(_ path: String) -> AksharaError {
    let location = SourceLocation(file: path)
    if errno == ENOENT || errno == ENOTDIR {
      return AksharaError(
        .missingFile, "there is no such file", at: location, remedy: "check the path")
    }
    let reason = String(cString: strerror(errno))
    let remedy = errno == EISDIR ? "name a file in it, or `\(path)/*`" : "check the file's rights"
    return AksharaError(
      .unreadable, "cannot read the file: \(reason)", at: location, remedy: remedy)
  }
}
