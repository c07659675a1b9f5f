internal import Artifacts
internal import Orthography

/// An import under way: takes records one by one and accounts for each of them.
final class ImportRun {
  let options: ImportOptions
  private let writer: ConversationWriter
  private let quarantine: JSONLinesWriter?
  private(set) var report: ImportReport
  private var badRows = 0
  private var firstBadRow: AksharaError?

  /// How much of a bad row is copied to the quarantine file, in bytes.
  private static let excerptLength = 4096

  init(
    _ options: ImportOptions, kind: ImportKind, writer: ConversationWriter,
    quarantine: JSONLinesWriter?
  ) {
    self.options = options
    self.writer = writer
    self.quarantine = quarantine
    report = ImportReport(kind: kind)
  }

  /// Whether the limit of records is reached.
  var isFull: Bool { options.limit.map { report.read >= $0 } ?? false }

  /// Takes note of a file that has been read to its end.
  ///
  /// - Parameter start: how many records had been read before it.
  func finish(_ source: SourceFile, from start: Int) {
    if report.read == start { report.emptyFiles.append(source.name) }
  }

  /// Takes one record: writes the conversation that `make` gives, or sets the record aside.
  ///
  /// - Parameters:
  ///   - record: the bytes of the record, and where they begin.
  ///   - number: the record's number in its source, from 1.
  ///   - make: gives the conversation and the columns that it leaves out; may throw `RowFault`.
  /// - Throws: `malformed` for one bad row too many; `unwritable`.
  func take(
    _ record: TextLine, number: Int, of source: SourceFile, make: () throws -> RowReading
  ) throws {
    report.read += 1
    do {
      let reading = try make()
      for conversation in [reading.conversation] + reading.further {
        let completion = RecordCompletion(options: options, source: source)
        try write(completion.complete(conversation, number: number))
      }
      report.imported += 1
      for column in reading.unusedColumns { report.ignoredColumns.add(column) }
    } catch let fault as RowFault {
      try setAside(record, of: source, because: fault)
    }
  }

  /// Takes what became of a block of rows.
  ///
  /// - Throws: as `take(_:number:of:make:)`.
  func take(_ block: BlockResult, of source: SourceFile) throws {
    report.read += block.imported + block.faults.count
    report.imported += block.imported
    report.conversations += block.imported
    report.controlTokenTexts += block.controlTokenTexts
    for (name, count) in block.ignored.entries {
      report.ignoredColumns.add(String(decoding: name, as: UTF8.self), count: count)
    }
    try writer.write(lines: block.output.bytes, count: block.imported)
    for (row, fault) in block.faults { try setAside(row, of: source, because: fault) }
  }

  /// Takes what is known of a source before its text is read: how it was decoded, and what of it
  /// cannot be read.
  ///
  /// - Throws: as `take(_:number:of:make:)`.
  func begin(_ source: SourceFile) throws {
    if let decoding = source.prepared.decoding { report.decodings.append(decoding) }
    leaveOut(source.prepared.leftOut)
    for part in source.prepared.faults where !isFull {
      let record = TextLine(bytes: Array(part.text.utf8), number: part.line, offset: 0)
      try take(record, number: part.line, of: source) { throw part.fault }
    }
  }

  /// Takes note of files in folders that are no data.
  func skip(_ files: [String]) { report.skippedFiles += files }

  /// Takes note of parts of a source that no conversation holds.
  func leaveOut(_ counts: ColumnCounts) { report.leftOut.add(counts) }

  private func write(_ conversation: Conversation) throws {
    try writer.write(conversation)
    report.conversations += 1
    report.controlTokenTexts += conversation.controlTokenTexts
  }

  private func setAside(
    _ record: TextLine, of source: SourceFile, because fault: RowFault
  ) throws {
    report.quarantined += 1
    report.reasons[fault.reason, default: 0] += 1
    let error = fault.error(at: source.location(line: source.line(record.number)))
    if report.firstFault == nil { report.firstFault = error }
    try quarantine?.write([
      "file": .string(source.name), "line": JSONValue(source.line(record.number)),
      // Where a text was taken out of another file, its places are not that file's.
      "offset": source.prepared.isConverted ? .null : JSONValue(record.offset),
      "reason": .string(fault.reason.rawValue),
      "detail": .string("\(fault.message); \(fault.remedy)"),
      "row": .string(Self.excerpt(of: record.bytes)),
    ])
    if fault.reason.isDamage { try countBadRow(error) }
  }

  private static let remedy =
    "set broken rows aside with `--quarantine FILE`, or allow some with `--max-bad-rows N` "
    + "(`max_bad_rows` in a recipe)"

  private func countBadRow(_ error: AksharaError) throws {
    badRows += 1
    if firstBadRow == nil { firstBadRow = error }
    guard let limit = options.maxBadRows, badRows > limit, var stop = firstBadRow else { return }
    let number = limit == 0 ? "" : " (the first of \(badRows) bad rows, more than \(limit))"
    stop.message += number
    stop.remedy = (stop.remedy.map { $0 + ", or " } ?? "") + Self.remedy
    throw stop
  }

  /// The beginning of a row; bytes that are not UTF-8 show as U+FFFD.
  private static func excerpt(of bytes: [UInt8]) -> String {
    String(decoding: bytes.prefix(excerptLength), as: UTF8.self)
  }
}

extension RowFault.Reason {
  /// Whether the row is damaged, in contrast to a scene that simply has nothing to learn from.
  var isDamage: Bool {
    switch self {
    case .noDialogue, .noAssistantLine, .noScene, .noSnippet, .noTask: false
    default: true
    }
  }
}

extension Conversation {
  /// How many messages look as if they held a control token.
  var controlTokenTexts: Int {
    messages.count { $0.content.text.map(ControlTokenText.isFound) ?? false }
  }

  /// The language that the script of the answers tells, and for Latin letters their words, if they are
  /// few those of the other messages too; of all messages if the answers have no letters.
  var languageOfText: String? {
    language { $0 == .assistant } ?? language { _ in true }
  }

  private func language(where isChosen: (Role) -> Bool) -> String? {
    let chosen = messages.filter { isChosen($0.role) }
    let language = ScriptProfile(of: Self.text(of: chosen)).language
    guard language == "en" else { return language }
    var sample = LatinSample()
    for message in chosen { sample.add(message) }
    if sample.isShort {
      for message in messages where !isChosen(message.role) { sample.add(message) }
    }
    return sample.language
  }

  private static func text(of messages: [Message]) -> String {
    messages.compactMap(\.content.text).joined(separator: "\n")
  }
}

extension LatinSample {
  /// Adds what a message says.
  fileprivate mutating func add(_ message: Message) {
    var text = message.content.text ?? ""
    text.withUTF8 { add($0) }
  }
}
