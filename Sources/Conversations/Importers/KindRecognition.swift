internal import Artifacts

/// Tells what format a file has.
enum KindRecognition {
  /// Whether the name says that the file holds JSON.
  static func isJSON(_ path: String) -> Bool {
    let name = Compression.nameWithoutSuffix(path)
    return [".json", ".jsonl", ".ndjson"].contains { name.hasSuffix($0) }
  }

  static func kind(of file: SourcePaths.Found) throws -> ImportKind { .text }
}
