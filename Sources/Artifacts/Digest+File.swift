internal import Foundation

extension Digest {
  /// The digest of a file's content as it is stored, read in pieces.
  ///
  /// - Throws: `missingFile` or `unreadable`.
  public init(ofFile path: String) throws {
    let location = SourceLocation(file: path)
    guard let file = fopen(path, "rb") else {
      let code: AksharaError.Code = errno == ENOENT ? .missingFile : .unreadable
      throw AksharaError(
        code, "cannot read the file: \(String(cString: strerror(errno)))", at: location,
        remedy: "check the path and its rights")
    }
    defer { fclose(file) }
    var hasher = DigestHasher()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)  // what the nearest caches hold
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
    guard ferror(file) == 0 else {
      throw AksharaError(
        .unreadable, "cannot read the file: \(String(cString: strerror(errno)))", at: location)
    }
    self = hasher.finalize()
  }
}
