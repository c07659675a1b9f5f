internal import Artifacts

/// One file that is imported.
struct SourceFile {
  /// Where it is.
  let path: String
  /// Its name in provenances and messages: as the user gave it.
  let name: String
  /// What identifiers and groups of its records begin with.
  let names: SourceNames
  /// The digest of the file as it is stored.
  let digest: Digest

  /// Where record lines are found.
  func location(line: Int?) -> SourceLocation { SourceLocation(file: name, line: line) }
}

/// Finds the files that paths and patterns name.
package enum SourcePaths {
  /// A file with the name that the user gave it.
  package struct Found: Equatable {
    /// Where it is.
    package let path: String
    /// Its name in provenances and messages.
    package let name: String
  }

  /// The files, each once, in the order of the patterns; those of one pattern by their bytes.
  ///
  /// - Parameter folder: what relative paths are relative to.
  /// - Throws: `missingFile` if a pattern names nothing; `unreadable` for a folder.
  package static func find(_ patterns: [String], relativeTo folder: String) throws -> [Found] {
    var found: [Found] = []
    var seen: Set<String> = []
    for pattern in patterns {
      let whole = Path.join(folder, pattern)
      let paths = Path.exists(whole) ? [whole] : Path.glob(whole)
      guard !paths.isEmpty else {
        throw AksharaError(
          .missingFile, "no file has this name or fits this pattern",
          at: SourceLocation(file: pattern), remedy: "check the path")
      }
      for path in paths where seen.insert(path).inserted {
        let name = whole == pattern ? path : String(path.dropFirst(whole.count - pattern.count))
        found.append(Found(path: path, name: name))
      }
    }
    return found
  }
}
