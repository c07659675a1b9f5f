internal import Artifacts

/// Looks at files without importing them: runs the importer over a bounded part and keeps what it says.
///
/// ```swift
/// for inspection in try Inspector(options).inspect() { print(inspection.text) }
/// ```
public struct Inspector: Sendable {
  /// How many records are looked at by default.
  public static let defaultLimit = 1000
  private static let mostSamples = 3
  private static let mostDropped = 5

  private let options: ImportOptions
  private let folder: String

  /// An inspector of the files that options name; `limit` is how many records are looked at.
  public init(_ options: ImportOptions, relativeTo folder: String = ".") {
    self.options = options
    self.folder = folder
  }

  /// Looks at each file. Rows are read up to the limit; scenes a file at a time, at most 64 MiB.
  ///
  /// - Throws: `missingFile`, `unreadable`; `unsupported` if no format fits; `malformed` for a file
  ///   that is no text, or damaged at its beginning.
  public func inspect() throws -> [Inspection] {
    var skipped: [String] = []
    let sources = try PreparedSources(options, relativeTo: folder, skipping: &skipped)
    return try sources.all.map { source in
      do { return try inspect(source) } catch let error as AksharaError {
        throw source.explained(error)
      }
    }
  }

  private func inspect(_ source: PreparedSource) throws -> Inspection {
    let file = source.file
    let encoding = try FileEncoding(of: source.original)
    let recognition = KindRecognition(options)
    let kind = try naming(file) {
      try recognition.check(file)
      return try recognition.kind(of: source)
    }
    var inspection = Inspection(
      path: file.name, kind: kind, compression: encoding.compression.rawValue,
      encoding: encoding.name, report: ImportReport(kind: kind))
    if options.kind == .auto {
      (inspection.reasons, inspection.doubts) = try reasons(for: kind, source)
    } else {
      inspection.reasons = ["the kind was named"]
    }
    let format = SceneImport.format(of: kind, ColumnNames(map: options.columns))
    let isScene = format != nil
    inspection.needsAssistant = isScene && options.assistant.isEmpty && options.tasks.isEmpty
    run(over: source, isScene: isScene, &inspection)
    if isScene,
      let found = try? SceneImport.cast(of: [(file, kind)], ColumnNames(map: options.columns))
    {
      inspection.cast = found.cast.members.map {
        Inspection.Speaker(name: $0.name, lines: $0.lines)
      }
    }
    return inspection
  }

  /// Imports into nothing.
  private func run(
    over source: PreparedSource, isScene: Bool, _ inspection: inout Inspection
  ) {
    var trial = options
    trial.kind = inspection.kind
    trial.paths = [source.original + (source.sheet.map { "#\($0)" } ?? "")]
    trial.names[trial.paths[0]] = source.file.name
    trial.maxBadRows = nil
    if inspection.needsAssistant { trial.assistant = ["*"] }
    let limit = options.limit ?? Self.defaultLimit
    if !isScene { trial.limit = limit }
    var tally = Tally()
    let writer = ConversationWriter(
      sink: LineSink { try tally.take(try Conversation(json: $0), most: Self.mostSamples) })
    let quarantine = JSONLinesWriter(
      sink: LineSink { if tally.dropped.count < Self.mostDropped { tally.addDropped($0) } })
    do {
      var importer = Importer(trial)
      importer.isTrial = true
      inspection.report = try importer.run(into: writer, quarantine: quarantine)
      if !isScene, inspection.report.read >= limit { inspection.lookedAt = limit }
    } catch let error as AksharaError {
      inspection.stop = error
    } catch {
      inspection.stop = AksharaError(.unreadable, "\(error)")
    }
    inspection.samples = tally.samples
    inspection.dropped = tally.dropped
    inspection.languages = tally.sortedLanguages
    inspection.cast = tally.sortedSpeakers
  }

  /// What the importer wrote.
  private struct Tally {
    var samples: [Conversation] = []
    var dropped: [Inspection.Dropped] = []
    private var languages: [String: Int] = [:]
    private var speakers: [String: Int] = [:]
    /// Data sets with a name in each message do not make this grow without bound.
    private static let mostSpeakers = 10_000

    mutating func take(_ conversation: Conversation, most: Int) throws {
      if samples.count < most { samples.append(conversation) }
      languages[conversation.language ?? "und", default: 0] += 1
      for message in conversation.messages {
        let name = message.name ?? message.role.rawValue
        if speakers[name] != nil || speakers.count < Self.mostSpeakers {
          speakers[name, default: 0] += 1
        }
      }
    }

    mutating func addDropped(_ row: JSONValue) {
      dropped.append(
        Inspection.Dropped(
          line: row["line"]?.integer.map { Int($0) } ?? 0, reason: row["reason"]?.string ?? "",
          detail: row["detail"]?.string ?? ""))
    }

    var sortedLanguages: [(tag: String, conversations: Int)] {
      languages.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    var sortedSpeakers: [Inspection.Speaker] {
      speakers.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { Inspection.Speaker(name: $0.key, lines: $0.value) }
    }
  }

  /// Why `auto` took a file for its kind.
  private func reasons(
    for kind: ImportKind, _ source: PreparedSource
  ) throws -> (reasons: [String], doubts: [String]) {
    if source.kind != nil { return (["it is a PDF with scene headings"], []) }
    let file = source.file
    let name = Path.name(of: Compression.nameWithoutSuffix(source.original))
    let suffix = String(name.dropFirst(Path.stem(of: name).count))
    switch kind {
    case .fountain where !suffix.isEmpty && suffix != ".txt", .fdx, .dialogueTable:
      return (["the name ends in \(suffix)"], [])
    case .srt where suffix == ".srt", .webvtt where suffix == ".vtt":
      return (["the name ends in \(suffix)"], [])
    case .fountain, .script, .sceneMarkdown, .snippets, .dialogue, .srt, .webvtt:
      return try TextRecognition(file.path).reasons(for: kind)
    case .text where suffix == ".txt" || suffix.isEmpty:
      return try TextRecognition(file.path).reasons(for: kind)
    default: return (["the first rows have its columns"], [])
    }
  }

  private func naming<Result>(
    _ file: SourcePaths.Found, _ work: () throws -> Result
  ) throws -> Result {
    do { return try work() } catch var error as AksharaError where error.location == nil {
      error.location = SourceLocation(file: file.name)
      throw error
    }
  }
}
