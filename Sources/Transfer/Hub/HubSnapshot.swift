internal import Artifacts

/// A repository's files in the cache.
package struct HubSnapshot: Sendable {
  /// What was asked for.
  package var repository: HubRepository
  /// The commit it stands for.
  package var commit: String
  /// The folder of the commit's files.
  package var folder: String
  /// The files that were asked for; where only the cache was asked, those that it has.
  package var files: [HubFile.Entry]

  /// Where the file or folder that was asked for stands.
  package var path: String { repository.path.map { Path.join(folder, $0) } ?? folder }

  /// Copies the files into `output`, each whole or not at all.
  ///
  /// - Throws: `unreadable` or `unwritable`.
  package func copy(to output: String) throws {
    for file in files {
      try AtomicFile.copy(Path.join(folder, file.path), to: Path.join(output, file.path))
    }
  }
}
