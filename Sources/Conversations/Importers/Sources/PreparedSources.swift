internal import Artifacts
internal import Orthography

/// The sources of an import, each in a form that the formats read.
///
/// Texts that were taken out of office files, or decoded, stand in a temporary folder as long as this
/// value lives.
struct PreparedSources {
  /// The sources, in the order in which they are read.
  let all: [PreparedSource]
  private let scratch: ScratchFolder

  /// Finds and prepares what options name.
  ///
  /// - Parameter skipped: takes the names of files in folders that are no data.
  /// - Throws: `missingFile`; what office files and encodings throw.
  init(
    _ options: ImportOptions, relativeTo folder: String, skipping skipped: inout [String]
  ) throws {
    let found = try SourcePaths.find(
      options.paths, relativeTo: folder, kind: options.kind, named: options.names,
      skipping: &skipped)
    let scratch = ScratchFolder()
    all = try found.flatMap { file in
      do {
        return try Self.prepare(file, options, scratch)
      } catch var error as AksharaError {
        if error.location == nil || error.location?.file == file.path {
          error.location = SourceLocation(file: file.name, line: error.location?.line)
        }
        throw error
      }
    }
    self.scratch = scratch
  }

  private static func prepare(
    _ file: SourcePaths.Found, _ options: ImportOptions, _ scratch: ScratchFolder
  ) throws -> [PreparedSource] {
    if let office = OfficeFile(file.path) {
      return try OfficePreparation(options: options, scratch: scratch).sources(of: file, office)
    }
    guard let choice = options.encoding, DataSetSuffix(of: file.path) != .arrow,
      !(KindRecognition(options).isXML(file) && isKnownToXML(choice))
    else {
      return [PreparedSource(file)]
    }
    return [try EncodingPreparation(choice: choice, scratch: scratch).source(of: file)]
  }

  /// Whether an encoding is one that XML says itself.
  private static func isKnownToXML(_ choice: EncodingChoice) -> Bool {
    switch choice {
    case .automatic: true
    case .named(let encoding): encoding.rawValue.hasPrefix("utf-")
    }
  }

  /// An error in the words of the user: with the name of the source, and what to do about its encoding.
  func explained(_ error: AksharaError) -> AksharaError {
    all.reduce(error) { $1.explained($0) }
  }
}
