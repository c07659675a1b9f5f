public import Artifacts

/// Reads the files of one source and writes conversations.
///
/// ```swift
/// let writer = try ConversationWriter("conversations.jsonl.zst")
/// let report = try Importer(options).run(into: writer, quarantine: nil)
/// try writer.commit()
/// ```
///
/// Rows stream; scene formats are read a file at a time, at most 64 MiB each.
public struct Importer: Sendable {
  /// What is read, and how.
  public let options: ImportOptions
  private let folder: String

  /// An importer.
  ///
  /// - Parameter folder: what relative paths are relative to; provenances keep them as given.
  public init(_ options: ImportOptions, relativeTo folder: String = ".") {
    self.options = options
    self.folder = folder
  }

  /// Reads all files.
  ///
  /// - Parameters:
  ///   - writer: takes the conversations; the caller commits it.
  ///   - quarantine: takes records that cannot be used, as `{"file", "line", "offset", "reason",
  ///     "detail", "row"}` with at most 4 KiB of the row.
  /// - Throws: `missingFile`, `unreadable`; `malformed` for damage that ends a file, and for the
  ///   first bad row if there are more than `maxBadRows`; `unsupported` if no format fits;
  ///   `invalidOption` if scenes are read and no assistant is chosen; `unwritable`.
  public func run(
    into writer: ConversationWriter, quarantine: JSONLinesWriter? = nil
  ) throws -> ImportReport {
    try options.check()
    let found = try SourcePaths.find(options.paths, relativeTo: folder)
    let kinds = try found.map { file in
      try naming(file) {
        try TextHead.check(file.path)
        return try KindRecognition(options).kind(of: file)
      }
    }
    let same = Set(kinds).count == 1 ? kinds[0] : .auto
    let run = ImportRun(options, kind: same, writer: writer, quarantine: quarantine)
    let casting = try casting(of: Array(zip(found, kinds)))
    for (file, kind) in zip(found, kinds) where !run.isFull {
      let source = SourceFile(
        path: file.path, name: file.name, names: writer.names(forSource: file.name),
        digest: try Digest(ofFile: file.path))
      let start = run.report.read
      try naming(file) {
        if let format = Self.sceneFormat(kind) {
          try scenes(of: source, as: format, casting, into: run)
        } else {
          try read(source, as: kind, into: run)
        }
      }
      run.finish(source, from: start)
    }
    guard run.report.read > 0 else { throw Self.nothingRead(in: found) }
    guard run.report.addsUp else {
      throw AksharaError(.checkFailed, "the counts of the import do not add up")
    }
    return run.report
  }

  /// Does something with a file, and names it in errors.
  ///
  /// - Throws: what `work` throws; but if a compressed file turns out to be damaged further on, that,
  ///   since its text is not to be trusted before the damage either.
  private func naming<Result>(
    _ file: SourcePaths.Found, _ work: () throws -> Result
  ) throws -> Result {
    do {
      return try work()
    } catch var error as AksharaError
      where error.code == .malformed || error.code == .unsupported
    {
      try ByteSource.checkCompression(of: file.path)
      if error.location == nil { error.location = SourceLocation(file: file.name) }
      throw error
    }
  }

  private static func nothingRead(in files: [SourcePaths.Found]) -> AksharaError {
    let count = files.count == 1 ? "the file has" : "all \(files.count) files have"
    return AksharaError(
      .malformed, "nothing was read: \(count) 0 records",
      at: files.first.map { SourceLocation(file: $0.name) },
      remedy: "check that this is the right file, and whole")
  }

  private func read(_ source: SourceFile, as kind: ImportKind, into run: ImportRun) throws {
    let columns = KindRecognition(options).columns(of: source.path)
    switch kind {
    case .dolly: try rows(of: source, as: InstructionFormat.dolly(columns), into: run)
    case .alpaca: try rows(of: source, as: InstructionFormat.alpaca(columns), into: run)
    case .completion: try rows(of: source, as: CompletionFormat(columns), into: run)
    case .preference: try rows(of: source, as: PreferenceFormat(columns), into: run)
    case .text where KindRecognition(options).hasTextRows(source.path):
      try rows(of: source, as: TextFormat(columns), into: run)
    case .text: try lines(of: source, as: TextFormat(columns), into: run)
    case .messages: try rows(of: source, as: MessagesFormat(columns), into: run)
    case .conversations: try rows(of: source, as: ConversationsFormat(), into: run)
    case .auto, .fountain, .snippets: break  // recognized, and read as scenes, in `run`
    }
  }

  /// Reads the rows of a data set.
  private func rows(
    of source: SourceFile, as format: some RowFormat, into run: ImportRun
  ) throws {
    let reader = try RowReader(source.path, columns: options.tableColumns)
    var number = 0
    while !run.isFull, let row = try reader.next() {
      number += 1
      try run.take(row, number: number, of: source) {
        try format.read(try reader.value(of: row))
      }
    }
  }

  /// Reads the lines of a plain text.
  private func lines(
    of source: SourceFile, as format: some RowFormat, into run: ImportRun
  ) throws {
    let reader = try PlainTextReader(source.path)
    while !run.isFull, let line = try reader.next() {
      if line.isBlank { continue }
      try run.take(line, number: line.number, of: source) {
        try RowReader.checkText(of: line)
        return try format.read(.string(String(decoding: line.bytes, as: UTF8.self)))
      }
    }
  }

  private static func sceneFormat(_ kind: ImportKind) -> (any SceneFormat)? {
    switch kind {
    case .fountain: FountainFormat()
    case .snippets: SnippetsFormat()
    default: nil
    }
  }

  /// Who speaks as the assistant; decided over the scenes of all files.
  private func casting(of files: [(SourcePaths.Found, ImportKind)]) throws -> Casting {
    var cast = Cast()
    var first: SourceLocation?
    for (file, kind) in files {
      guard let format = Self.sceneFormat(kind) else { continue }
      first = first ?? SourceLocation(file: file.name)
      for scene in format.scenes(of: try TextFile(file.path).lines).scenes { cast.add(scene) }
    }
    return try Casting(options.assistant, from: cast, at: first)
  }

  /// Reads the scenes of a file.
  private func scenes(
    of source: SourceFile, as format: any SceneFormat, _ casting: Casting, into run: ImportRun
  ) throws {
    let text = try TextFile(source.path)
    let file = format.scenes(of: text.lines)
    for (line, fault) in file.faults where !run.isFull {
      try run.take(text.record(from: line), number: 1, of: source) { throw fault }
    }
    for (index, scene) in file.scenes.enumerated() where !run.isFull {
      let next = index + 1 < file.scenes.count ? file.scenes[index + 1].line : nil
      let record = text.record(from: scene.line, to: next)
      try run.take(record, number: scene.number, of: source) {
        let messages = try SceneConversation(
          scene: scene, subject: "\(file.noun) \(scene.number)", casting: casting,
          systemPrompt: options.systemPrompt
        ).messages()
        let name = "\(file.noun)-" + Self.threeDigits(scene.number)
        return RowReading(
          Conversation(
            id: "\(source.names.id)-\(name)-1", messages: messages,
            group: "\(source.names.group)-\(name)", tags: scene.tags))
      }
    }
  }

  private static func threeDigits(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }
}
