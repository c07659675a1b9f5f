internal import Artifacts
internal import CZip

/// A zip archive whose entries are read whole, each with a declared limit: a small archive cannot
/// become a large text.
///
/// Not safe to share between threads.
final class ZipArchive {
  private let path: String
  // Owned; closed without changes in `deinit`.
  private let archive: OpaquePointer

  /// No office file has more entries.
  private static let mostEntries = 100_000

  /// Opens the archive at `path`.
  ///
  /// - Throws: `missingFile`, or `malformed` for what is no archive, naming what it is instead.
  init(_ path: String) throws {
    self.path = path
    var status: Int32 = 0
    guard let archive = zip_open(path, ZIP_RDONLY, &status) else {
      throw Self.refused(path, status)
    }
    self.archive = archive
    guard zip_get_num_entries(archive, 0) <= Self.mostEntries else {
      throw malformed("the archive has more than \(Self.mostEntries) entries")
    }
  }

  deinit { zip_discard(archive) }

  /// The content of the entry `name`; `nil` if there is none.
  ///
  /// - Parameter limit: the most bytes that are taken, unpacked.
  /// - Throws: `malformed` for damage, a longer entry, or an encrypted one.
  func read(_ name: String, limit: Int) throws -> [UInt8]? {
    let index = zip_name_locate(archive, name, 0)
    guard index >= 0 else { return nil }
    guard let entry = zip_fopen_index(archive, UInt64(index), 0) else {
      throw malformed("`\(name)` in the archive cannot be opened: \(reason)")
    }
    defer { zip_fclose(entry) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Int(zip_fread(entry, &buffer, UInt64(buffer.count)))
      if count == 0 { return bytes }
      guard count > 0 else {
        throw malformed("`\(name)` in the archive is damaged: \(reason)")
      }
      guard bytes.count + count <= limit else {
        throw malformed("`\(name)` in the archive is longer than \(limit >> 20) MiB, unpacked")
      }
      bytes.append(contentsOf: buffer[..<count])
    }
  }

  private var reason: String {
    String(cString: zip_error_strerror(zip_get_error(archive)))
  }

  private func malformed(_ message: String) -> AksharaError {
    AksharaError(
      .malformed, message, at: SourceLocation(file: path),
      remedy: "save the document again, without a password")
  }

  private static func refused(_ path: String, _ status: Int32) -> AksharaError {
    let location = SourceLocation(file: path)
    if status == ZIP_ER_NOENT {
      return AksharaError(.missingFile, "there is no such file", at: location)
    }
    if OldOfficeFile.stands(at: path) {
      return AksharaError(
        .unsupported, "an Office file of the old kind (.doc, .xls), or one with a password",
        at: location, remedy: "save it as .docx, .xlsx, .odt or .ods without a password")
    }
    var error = zip_error_t()
    zip_error_init_with_code(&error, status)
    defer { zip_error_fini(&error) }
    return AksharaError(
      .malformed, "not an Office file: \(String(cString: zip_error_strerror(&error)))",
      at: location, remedy: "check that it is a whole .docx, .xlsx, .odt or .ods")
  }
}

/// The compound files in which Office kept documents until 2006, and keeps encrypted ones now.
enum OldOfficeFile {
  // Source: [MS-CFB] 2.2, header signature.
  private static let signature: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]

  static func stands(at path: String) -> Bool {
    guard let source = try? ByteSource(path) else { return false }
    var head = [UInt8](repeating: 0, count: signature.count)
    let count = (try? head.withUnsafeMutableBytes { try source.read(into: $0) }) ?? 0
    return count == signature.count && head == signature
  }
}
