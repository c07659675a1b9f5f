import Artifacts
internal import Foundation

/// Reads a whole file, but none that is larger than it may be.
enum FileContent {
  /// The bytes of the file at `path`.
  ///
  /// - Throws: `missingFile`; `unreadable`; `malformed` if it has more than `limit` bytes.
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    let location = SourceLocation(file: path)
    guard Path.exists(path) else {
      throw AksharaError(
        .missingFile, "there is no such file", at: location, remedy: "check the path")
    }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw AksharaError(
        .unreadable, "cannot read the file", at: location, remedy: "check its rights")
    }
    defer { try? handle.close() }
    // One byte more than allowed tells a file that is too large, also where sizes are not known.
    let data: Data?
    do { data = try handle.read(upToCount: limit + 1) } catch {
      throw AksharaError(
        .unreadable, "cannot read the file", at: location, remedy: "give a file, not a folder")
    }
    let bytes = [UInt8](data ?? Data())
    guard bytes.count <= limit else {
      throw AksharaError(
        .malformed, "the file has more than \(limit >> 20) MiB", at: location,
        remedy: "give a tokenizer's file")
    }
    return bytes
  }
}
