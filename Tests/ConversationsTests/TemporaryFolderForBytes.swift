import Artifacts
import Fixtures

/// A temporary folder for files that are no text.
struct TemporaryFolderForBytes {
  private let folder = TemporaryFolder()
  var path: String { folder.path }

  func write(_ bytes: [UInt8], to name: String) throws {
    try AtomicFile.write(bytes, to: folder.file(name))
  }
}
