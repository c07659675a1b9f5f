internal import Artifacts
internal import Conversations

/// Keeps, changes and drops conversations, and splits what is kept.
///
/// The output folder appears whole or not at all and holds
/// - `conversations.jsonl`: what is kept, in the order of the input, with `split`;
/// - `dropped.jsonl`: each dropped record with `reason`, `detail`, `file`, `line`, and
///   `duplicate_of` (the id of the conversation that it repeats);
/// - `report.json`: `CurationReport`, with the resolved options.
///
/// The input is streamed; held are hashes of contents, identifiers and groups, and the identifiers
/// of conversations that others repeat.
public struct Curator: Sendable {
  /// What is kept, changed and dropped.
  public let options: CurationOptions
  /// A file of verdicts, as `akshara view` writes it; what is rejected there is dropped.
  public let verdicts: String?

  /// A curator.
  public init(options: CurationOptions = CurationOptions(), verdicts: String? = nil) {
    self.options = options
    self.verdicts = verdicts
  }

  /// Curates files of conversations.
  ///
  /// - Parameters:
  ///   - inputs: files and patterns, read in this order.
  ///   - output: the folder to write; a curated set that stands there is replaced, anything else is not.
  /// - Throws: `invalidOption`, `missingFile`, `unreadable`, `unwritable`; `malformed` if no line is
  ///   a conversation, or the file of verdicts is something else; `checkFailed` if the counts do not
  ///   add up.
  public func run(inputs: [String], output: String) throws -> CurationReport {
    try options.check()
    let files = try SourcePaths.find(inputs, relativeTo: ".")
    let review = try verdicts.map { try ReviewFilter(verdicts: $0) }
    let folder = try AtomicFolder(
      output, replacing: "report.json", inputs: inputs + (verdicts.map { [$0] } ?? []))
    try AtomicFolder.requireNothingElse(at: output, than: Self.files.contains)
    let kept = Path.join(folder.workPath, "kept.pass1.jsonl")
    let dropped = Path.join(folder.workPath, "dropped.pass1.jsonl")
    let pass = try CurationPass(options, review: review, kept: kept, dropped: dropped)
    for file in files { try pass.read(file) }
    try pass.finish()

    var report = pass.report
    let names = try split(
      kept, to: Path.join(folder.workPath, "conversations.jsonl"), after: pass, &report)
    try name(names, in: dropped, to: Path.join(folder.workPath, "dropped.jsonl"))
    try Folder.remove(kept)
    try Folder.remove(dropped)
    guard report.addsUp else {
      throw AksharaError(.checkFailed, "the counts of the curation do not add up")
    }
    var json = report.json.object ?? [:]
    json["options"] = options.json
    let path = Path.join(folder.workPath, "report.json")
    try AtomicFile.write(JSONValue.object(json).pretty, to: path)
    try folder.commit()
    return report
  }

  /// The files of a curated set.
  private static let files = ["conversations.jsonl", "dropped.jsonl", "report.json"]

  /// Writes the kept conversations with their sides.
  ///
  /// - Returns: the identifiers of those that others repeat, by place.
  private func split(
    _ kept: String, to path: String, after pass: CurationPass, _ report: inout CurationReport
  ) throws -> [Int: String] {
    let sides = pass.plan.sides()
    for split in Split.allCases { report.groups[split.rawValue] = sides.count(of: split) }
    let reader = try ConversationReader(kept)
    let writer = try ConversationWriter(path)
    var names: [Int: String] = [:]
    while var conversation = try reader.next() {
      if pass.repeated.contains(writer.count) { names[writer.count] = conversation.id }
      let side = sides.side(of: conversation)
      conversation.split = side
      report.splits[side.rawValue, default: 0] += 1
      try writer.write(conversation)
    }
    try writer.commit()
    return names
  }

  /// Copies the dropped records; those that repeat another get its name instead of its place.
  private func name(_ names: [Int: String], in dropped: String, to path: String) throws {
    let reader = try JSONLinesReader(dropped)
    let writer = try JSONLinesWriter(path)
    while let value = try reader.nextValue() {
      guard var object = value.object, let place = object["duplicate_of"]?.integer,
        let id = names[Int(place)]
      else {
        try writer.write(value)
        continue
      }
      object["duplicate_of"] = .string(id)
      object["detail"] = .string("the same messages as `\(id)`")
      try writer.write(.object(object))
    }
    try writer.commit()
  }
}
