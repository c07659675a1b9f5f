internal import Foundation

/// Writes a safetensors file whose tensors are made in any order, each to the place it will have.
///
/// ```swift
/// let file = try SafetensorsAssembly(layout, at: Path.join(folder.workPath, "model.safetensors"))
/// try file.append(codes, to: "q_proj.weight")
/// try file.append(scales, to: "q_proj.weight.absmax")
/// try file.finish()
/// ```
///
/// The layout is known before the first value is, so the header comes first and nothing is held. The
/// file has its full length from the start and is no safetensors file before `finish()`: write it
/// below an `AtomicFolder`. Not safe to share between threads.
public final class SafetensorsAssembly {
  private let location: SourceLocation
  private let parts: [SafetensorsLayout.Part]
  /// Where a tensor's next byte goes in the file, and which of `parts` it is.
  private var cursors: [String: (index: Int, start: Int, given: Int)] = [:]
  private var descriptor: Int32

  /// Makes the file and writes its header.
  ///
  /// - Throws: `unwritable`; `unsupported` if the header would be too long.
  public init(_ layout: SafetensorsLayout, at path: String) throws {
    location = SourceLocation(file: path)
    let header = try layout.header(at: location)
    let places = layout.places
    parts = places.map(\.part)
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw AtomicFile.unwritable(path) }
    for (index, place) in places.enumerated() {
      cursors[place.part.name] = (index, header.count + place.bytes.lowerBound, 0)
    }
    guard ftruncate(descriptor, off_t(header.count + layout.byteCount)) == 0 else {
      throw AtomicFile.unwritable(path)
    }
    try header.withUnsafeBytes { try write($0, at: 0) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes the next bytes (little-endian, row-major) of a tensor.
  ///
  /// - Throws: `malformed` if there is no such tensor in the layout or it has all its bytes already;
  ///   `unwritable`.
  public func append(_ bytes: UnsafeRawBufferPointer, to name: String) throws {
    guard let cursor = cursors[name] else {
      throw AksharaError(.malformed, "the layout has no tensor `\(name)`", at: location)
    }
    let (part, given) = (parts[cursor.index], cursor.given + bytes.count)
    if given > part.byteCount { try part.require(given, at: location) }
    try write(bytes, at: cursor.start + cursor.given)
    cursors[name]?.given = given
  }

  /// Writes the next bytes of a tensor.
  ///
  /// - Throws: as the other `append`.
  public func append(_ bytes: [UInt8], to name: String) throws {
    try bytes.withUnsafeBytes { try append($0, to: name) }
  }

  /// Brings the file to the disk.
  ///
  /// - Throws: `malformed` if a tensor has fewer bytes than its shape takes; `unwritable`.
  public func finish() throws {
    for part in parts { try part.require(cursors[part.name]?.given ?? 0, at: location) }
    let synced = fsync(descriptor)
    // close() may report a delayed write error (full disk, network file system).
    let closed = close(descriptor)
    descriptor = -1
    guard synced == 0, closed == 0 else { throw AtomicFile.unwritable(location.file) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw AtomicFile.unwritable(location.file) }
      done += written
    }
  }
}
