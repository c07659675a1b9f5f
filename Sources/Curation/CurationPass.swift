internal import Artifacts
internal import Conversations
internal import Orthography

/// The first pass over the input: judges every record and writes it, without a side, to one of two
/// files in the work folder.
///
/// Holds hashes only: of contents, of identifiers and of groups.
final class CurationPass {
  private let options: CurationOptions
  private let filters: [any ConversationFilter]
  private let normalizer: SpellingNormalizer
  private let kept: ConversationWriter
  private let dropped: JSONLinesWriter
  private var duplicates = ExactDuplicates()
  private var identifiers = UniqueIdentifiers()
  private(set) var plan: SplitPlan
  private(set) var report = CurationReport()
  /// The places of kept conversations that others repeat.
  private(set) var repeated: Set<Int> = []
  private var firstFault: AksharaError?

  /// How much of a broken record is copied, in bytes.
  private static let excerptLength = 4096

  /// The rejected conversations that were there, by the bytes of their IDs.
  private var rejected: Set<[UInt8]> = []
  private let review: ReviewFilter?

  init(
    _ options: CurationOptions, review: ReviewFilter? = nil, kept: String, dropped: String
  ) throws {
    self.options = options
    self.review = review
    filters = Self.filters(options)
    normalizer = SpellingNormalizer(policy: options.normalization)
    self.kept = try ConversationWriter(kept)
    self.dropped = try JSONLinesWriter(dropped)
    plan = SplitPlan(options)
  }

  private static func filters(_ options: CurationOptions) -> [any ConversationFilter] {
    var filters: [any ConversationFilter] = [AnswerFilter()]
    if options.dropEmpty { filters.append(EmptyFilter()) }
    if options.minCharacters > 0 { filters.append(LengthFilter(minimum: options.minCharacters)) }
    if !options.scripts.isEmpty { filters.append(ScriptFilter(allowed: options.scripts)) }
    return filters
  }

  /// Judges the records of a file.
  func read(_ file: SourcePaths.Found) throws {
    // Without folders, so that the report is the same wherever it is made.
    report.inputs.append((Path.name(of: file.name), try Digest(ofFile: file.path)))
    let reader = try JSONLinesReader(file.path)
    while let line = try reader.next() {
      report.read += 1
      let location = SourceLocation(file: file.name, line: line.number)
      do {
        try judge(Conversation(json: try reader.value(of: line), at: location), at: location)
      } catch let error as AksharaError where error.code == .malformed {
        if firstFault == nil { firstFault = error }
        try dropBroken(line, at: location, because: error)
      }
    }
  }

  private func judge(_ original: Conversation, at location: SourceLocation) throws {
    if let review, case .drop(let reason, let detail) = review.verdict(on: original) {
      rejected.insert(Array(original.id.utf8))
      return try drop(original, at: location, reason, detail)
    }
    for filter in filters {
      guard case .drop(let reason, let detail) = filter.verdict(on: original) else { continue }
      return try drop(original, at: location, reason, detail)
    }
    if options.dropDuplicates == .exact,
      let place = duplicates.place(of: original, ifNew: report.kept)
    {
      repeated.insert(place)
      return try drop(
        original, at: location, .exactDuplicate, "the same messages as another conversation",
        duplicateOf: place)
    }
    try keep(original)
  }

  private func keep(_ original: Conversation) throws {
    var conversation = original
    conversation.id = identifiers.unique(original.id)
    if conversation.id != original.id { report.renamed += 1 }
    let edits = conversation.normalize(with: normalizer)
    if !edits.isEmpty { report.normalized += 1 }
    report.edits.merge(edits.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: +)
    plan.add(conversation)
    try kept.write(conversation)
    report.kept += 1
    if conversation.messages.last?.role == .user { report.endingUnanswered += 1 }
    report.languages[conversation.language ?? "und", default: 0] += 1
  }

  private func drop(
    _ conversation: Conversation, at location: SourceLocation, _ reason: DropReason,
    _ detail: String, duplicateOf place: Int? = nil
  ) throws {
    report.reasons[reason, default: 0] += 1
    var object = Self.entry(reason, detail, at: location)
    object["duplicate_of"] = place.map { JSONValue($0) }
    object["record"] = conversation.json
    try dropped.write(.object(object))
  }

  private func dropBroken(
    _ line: JSONLine, at location: SourceLocation, because error: AksharaError
  ) throws {
    report.reasons[.brokenRecord, default: 0] += 1
    let detail = [error.message, error.remedy].compactMap { $0 }.joined(separator: "; ")
    var object = Self.entry(.brokenRecord, detail, at: location)
    object["row"] = .string(
      String(decoding: line.bytes.prefix(Self.excerptLength), as: UTF8.self))
    try dropped.write(.object(object))
  }

  private static func entry(
    _ reason: DropReason, _ detail: String, at location: SourceLocation
  ) -> JSONObject {
    [
      "reason": .string(reason.rawValue), "detail": .string(detail),
      "file": .string(Path.name(of: location.file)), "line": JSONValue(location.line ?? 0),
    ]
  }

  /// Ends both files.
  ///
  /// - Throws: `malformed` if records were read and none is a conversation: then the input is
  ///   something else.
  func finish() throws {
    if report.read > 0, report.reasons[.brokenRecord] == report.read, var error = firstFault {
      error.message = "no line is a conversation; the first: \(error.message)"
      error.remedy = "import the file first, with `akshara import`"
      throw error
    }
    report.rejectedUnseen = review.map { $0.count - rejected.count }
    try kept.commit()
    try dropped.commit()
  }
}
