internal import Artifacts

/// One file that is imported.
struct SourceFile {
  /// Where its text is.
  let path: String
  /// Its name in provenances and messages: as the user gave it.
  let name: String
  /// What identifiers and groups of its records begin with.
  let names: SourceNames
  /// The digest of the file as it is stored.
  let digest: Digest
  /// What the text was taken from.
  let prepared: PreparedSource

  /// Where record lines are found.
  func location(line: Int?) -> SourceLocation { SourceLocation(file: name, line: line) }

  /// The source's own number for a line of the text: a row of a sheet, say.
  func line(_ number: Int) -> Int { prepared.line(number) }
}

/// Finds the files that paths and patterns name.
package enum SourcePaths {
  /// A file with the name that the user gave it.
  package struct Found: Equatable {
    /// Where it is.
    package let path: String
    /// Its name in provenances and messages.
    package let name: String
    /// The sheet of a workbook that is meant; all of them if not given.
    var sheet: String?

    init(path: String, name: String, sheet: String? = nil) {
      (self.path, self.name, self.sheet) = (path, name, sheet)
    }
  }

  /// The files, each once, in the order of the patterns; those of one pattern by their bytes.
  ///
  /// A folder stands for the data files below it; see `FolderContent`.
  ///
  /// - Parameters:
  ///   - folder: what relative paths are relative to.
  ///   - kind: what is read; of folders only the files that can hold it.
  ///   - names: what paths are called in provenances and messages, where not as they are.
  ///   - skipped: takes the names of files in folders that are no data.
  /// - Throws: `missingFile` if a pattern names nothing, or a folder has no data.
  package static func find(
    _ patterns: [String], relativeTo folder: String, kind: ImportKind = .auto,
    named names: [String: String] = [:],
    skipping skipped: inout [String]
  ) throws -> [Found] {
    var found: [Found] = []
    var seen: Set<String> = []
    for pattern in patterns {
      let whole = Path.join(folder, pattern)
      let paths = Path.exists(whole) ? [whole] : Path.glob(whole)
      if paths.isEmpty, let sheet = sheet(whole, pattern, names) {
        if seen.insert(whole).inserted { found.append(sheet) }
        continue
      }
      guard !paths.isEmpty else {
        throw AksharaError(
          .missingFile, "no file has this name or fits this pattern",
          at: SourceLocation(file: pattern), remedy: "check the path")
      }
      func name(of path: String) -> String {
        if let name = names[pattern], path.hasPrefix(whole) {
          return name + path.dropFirst(whole.count)
        }
        return whole == pattern ? path : String(path.dropFirst(whole.count - pattern.count))
      }
      for path in paths {
        var files = [path]
        if Path.isFolder(path) {
          let content = try FolderContent(path, of: kind)
          files = content.data
          skipped += content.others.map(name)
          guard !files.isEmpty else {
            throw AksharaError(
              .missingFile,
              "the folder has no file \(kind == .auto ? "of a known format" : "for `\(kind.rawValue)`")",
              at: SourceLocation(file: name(of: path)), remedy: "name the files and their kind")
          }
        }
        for file in files where seen.insert(file).inserted {
          found.append(Found(path: file, name: name(of: file)))
        }
      }
    }
    return found
  }

  /// The sheet that `book.xlsx#Sheet` names, if the workbook is there.
  private static func sheet(
    _ whole: String, _ pattern: String, _ names: [String: String]
  ) -> Found? {
    for mark in whole.indices where whole[mark] == "#" {
      let book = String(whole[..<mark])
      guard OfficeFile(book)?.hasSheets == true, Path.exists(book) else { continue }
      let sheet = String(whole[whole.index(after: mark)...])
      return Found(path: book, name: names[pattern] ?? pattern, sheet: sheet)
    }
    return nil
  }

  /// The files, as above.
  package static func find(_ patterns: [String], relativeTo folder: String) throws -> [Found] {
    var skipped: [String] = []
    return try find(patterns, relativeTo: folder, skipping: &skipped)
  }
}

/// What of a folder is data.
struct FolderContent {
  /// The data files below the folder, by their bytes.
  let data: [String]
  /// The others: descriptions, licences, and what no format fits.
  let others: [String]

  /// Names, without suffix and in small letters, of files about the data.
  private static let descriptions: Set<String> = [
    "readme", "license", "licence", "source", "notice", "citation", "changelog", "requirements",
  ]
  /// What `datasets` and LLaMA-Factory write beside the data.
  private static let indices: Set<String> = [
    "dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json",
  ]

  /// Looks through a folder for files of a kind.
  init(_ folder: String, of kind: ImportKind) throws {
    let files = try FileTree.files(below: folder).map { Path.join(folder, $0) }
    let suffixes = Self.suffixes(of: kind)
    func isData(_ path: String) -> Bool {
      let name = Path.name(of: path)
      guard !Self.indices.contains(name) else { return false }
      return suffixes.contains(DataSetSuffix.suffix(of: path))
        && !Self.descriptions.contains(Path.stem(of: name).lowercased())
    }
    data = files.filter(isData)
    others = files.filter { !isData($0) }
  }

  private static let rows = DataSetSuffix.allCases.flatMap(\.suffixes)
  private static let sheets = OfficeFile.allCases.filter(\.hasSheets).map { ".\($0.rawValue)" }
  private static let texts =
    [".txt", ".md", ".markdown"]
    + OfficeFile.allCases.filter { !$0.hasSheets }.map { ".\($0.rawValue)" }

  /// The suffixes of files that can hold a kind.
  private static func suffixes(of kind: ImportKind) -> [String] {
    switch kind {
    case .auto: rows + sheets + texts + [".fountain", ".spmd", ".fdx", ".srt", ".vtt"]
    case .conversations, .messages, .dolly, .alpaca, .completion, .preference: rows + sheets
    case .dialogueTable: DataSetSuffix.table.suffixes + sheets
    case .sceneJSON: DataSetSuffix.json.suffixes
    case .text: texts + rows + sheets
    case .script, .sceneMarkdown, .snippets, .dialogue: texts
    case .fountain: texts + [".fountain", ".spmd"]
    case .fdx: [".fdx"]
    case .srt: [".srt", ".txt"]
    case .webvtt: [".vtt", ".txt"]
    }
  }
}
