internal import Artifacts

/// A source in a form that the formats read: the file itself, or text that was taken out of it.
struct PreparedSource {
  /// A part that could not be taken out.
  struct Fault {
    /// The number of its paragraph.
    var line: Int
    /// What of it can be read.
    var text: String
    /// Why not all.
    var fault: RowFault
  }

  /// Where the text is, and the name of the source.
  let file: SourcePaths.Found
  /// The file that the user named: what digests are of.
  let original: String
  /// The source's own number for each line of the text; `nil` where they are the same.
  var lineNumbers: [Int]?
  /// What cannot be read.
  var faults: [Fault] = []
  /// What was not taken out.
  var leftOut = ColumnCounts()
  /// The sheet of a workbook that it is.
  var sheet: String?
  /// Its kind, where the file's nature says it.
  var kind: ImportKind?
  /// How its characters were read, if not as UTF-8.
  var decoding: SourceDecoding?

  /// A file that is read as it is.
  init(_ file: SourcePaths.Found) {
    self.file = file
    original = file.path
  }

  /// A text at `path` that was taken out of a file.
  init(_ path: String, name: String, of file: SourcePaths.Found) {
    self.file = SourcePaths.Found(path: path, name: name)
    original = file.path
  }

  /// Whether the text stands elsewhere than in the file.
  var isConverted: Bool { file.path != original }

  /// The source's own number for a line of the text.
  func line(_ number: Int) -> Int {
    guard let lineNumbers, lineNumbers.indices.contains(number - 1) else { return number }
    return lineNumbers[number - 1]
  }

  /// An error in the words of the user, who does not know where the text stands.
  func explained(_ error: AksharaError) -> AksharaError {
    var error = error
    guard let location = error.location, location.file == file.path || location.file == file.name
    else { return error }
    if location.file == file.path, isConverted {
      error.location = SourceLocation(file: file.name, line: location.line.map(line))
    }
    if error.code == .malformed, decoding == nil,
      let advice = EncodingAdvice(file.path, line: location.line)
    {
      error.remedy = advice.remedy
    }
    return error
  }
}

/// How a text was decoded that is not UTF-8.
public struct SourceDecoding: Sendable, Equatable {
  /// The source's name.
  public var file: String
  /// The encoding's name, as `--encoding` takes it.
  public var encoding: String
  /// How sure it is, from 0 to 1; `nil` where the user named it.
  public var confidence: Double?
  /// How many places stood for no character; each is U+FFFD or as it was.
  public var faults: Int
  /// All of that in a lower-case sentence.
  public var summary: String

  /// As JSON.
  var json: JSONValue {
    [
      "file": .string(file), "encoding": .string(encoding),
      "confidence": confidence.map { .number($0) } ?? .null, "faults": JSONValue(faults),
    ]
  }
}
