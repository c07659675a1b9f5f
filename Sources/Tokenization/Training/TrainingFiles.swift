import Artifacts

/// The files that a training reads when it is given files and folders.
public struct TrainingFiles: Sendable, Equatable {
  /// The files to read; those of a folder by the bytes of their paths.
  public private(set) var paths: [String] = []
  /// Files in the folders that are neither text nor JSON Lines.
  public private(set) var skipped: [String] = []

  private static let textSuffixes = [".txt", ".text", ".md"]
  private static let rowSuffixes = [".jsonl", ".ndjson"]

  /// The files of `inputs`: a file is taken whatever it is called (`-` is standard input), and of a
  /// folder all below it that are called `.txt`, `.text`, `.md`, `.jsonl` or `.ndjson`, packed
  /// (`.gz`, `.zst`) or not.
  ///
  /// - Throws: `missingFile` for a folder without such files.
  public init(_ inputs: [String]) throws {
    for input in inputs {
      let files = try FileTree.files(below: input)
      guard !files.isEmpty else {
        paths.append(input)
        continue
      }
      let wanted = files.filter(Self.isText)
      guard !wanted.isEmpty else {
        throw AksharaError(
          .missingFile, "there is no text file in the folder", at: SourceLocation(file: input),
          remedy: "name files, or a folder with .txt, .md or .jsonl files")
      }
      paths += wanted.map { Path.join(input, $0) }
      skipped += files.filter { !Self.isText($0) }.map { Path.join(input, $0) }
    }
  }

  /// Whether a file is JSON Lines, by its name.
  static func hasRows(_ path: String) -> Bool {
    rowSuffixes.contains { unpacked(path).hasSuffix($0) }
  }

  private static func isText(_ path: String) -> Bool {
    (textSuffixes + rowSuffixes).contains { unpacked(path).hasSuffix($0) }
  }

  private static func unpacked(_ path: String) -> Substring {
    for suffix in [".gz", ".zst"] where path.hasSuffix(suffix) {
      return path.dropLast(suffix.count)
    }
    return path[...]
  }
}
